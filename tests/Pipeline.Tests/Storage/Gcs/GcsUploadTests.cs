using Streaming.Pipeline.Storage;
using static Streaming.Pipeline.Tests.Storage.Gcs.FakeFaultKind;
using static Streaming.Pipeline.Tests.Storage.Gcs.FakeRequest;

namespace Streaming.Pipeline.Tests.Storage.Gcs;

/// <summary>Segments on their way into the bucket, and what can happen to them there.</summary>
public sealed class GcsUploadTests : GcsScripted
{
    private const string Precondition = "At least one of the pre-conditions you specified did not hold.";

    private readonly byte[] _bytes = Media(10_000);

    [Fact]
    public async Task Write_Segment_IsOneRequest()
    {
        await StoreAsync(Storage, _bytes);

        Assert.Equal([Upload], Kinds);
        var stored = Fake.Find(Name)!;
        Assert.Equal(_bytes, stored.Bytes);
        Assert.Equal(("video/mp4", "public, max-age=31536000, immutable"), (stored.ContentType, stored.CacheControl));
    }

    [Fact]
    public async Task Write_OfAudio_HasItsType()
    {
        await StoreAsync(Storage, _bytes, "live/b/audio/0.m4s");

        Assert.Equal("audio/mp4", Fake.Objects[0].ContentType);
    }

    [Theory]
    [InlineData(429)]
    [InlineData(408)]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    public async Task Write_ServiceBusy_IsTriedAgain(int status)
    {
        Fake.Fail(new(Upload, Status, status), new(Upload, Status, status));

        await StoreAsync(Storage, _bytes);

        Assert.Equal([Upload, Upload, Upload], Kinds);
        Assert.Equal(_bytes, Fake.Find(Name)!.Bytes);
    }

    [Fact]
    public async Task Write_RateLimitAsForbidden_IsTriedAgain()
    {
        Fake.Fail(new FakeFault(Upload, Status, 403, Reason: "rateLimitExceeded"));

        await StoreAsync(Storage, _bytes);

        Assert.Equal([Upload, Upload], Kinds);
    }

    [Fact]
    public async Task Write_ConnectionBreaksBeforeItsEffect_IsTriedAgain()
    {
        Fake.Fail(new FakeFault(Upload, BreakBefore));

        await StoreAsync(Storage, _bytes);

        Assert.Equal([Upload, Upload], Kinds);
    }

    [Fact]
    public async Task Write_ConnectionBreaksAfterItsEffect_IsSuccessByItsChecksum()
    {
        Fake.Fail(new FakeFault(Upload, BreakAfter));

        await StoreAsync(Storage, _bytes);

        Assert.Equal([Upload, Upload, Get], Kinds);
        Assert.Equal(_bytes, Assert.Single(Fake.Objects).Bytes);
    }

    [Fact]
    public async Task Write_NameIsTakenByOtherBytesOfTheSameLength_IsAConflict()
    {
        Fake.Put(Name, Media(10_001)[..10_000]);

        var conflict = await Assert.ThrowsAsync<StorageConflictException>(() => StoreAsync(Storage, _bytes));

        Assert.Contains(Name, conflict.Message, StringComparison.Ordinal);
        Assert.NotEqual(_bytes, Fake.Find(Name)!.Bytes);
    }

    [Fact]
    public async Task Write_RefusedForAnObjectThatIsGoneMeanwhile_IsTriedAgain()
    {
        Fake.Fail(new FakeFault(Upload, Status, 412, Reason: "conditionNotMet", Message: Precondition));

        await StoreAsync(Storage, _bytes);

        Assert.Equal([Upload, Get, Upload], Kinds);
    }

    [Fact]
    public async Task Write_DamagedOnItsWay_IsTriedAgain()
    {
        Fake.Fail(new FakeFault(
            Upload, Status, 400, Reason: "invalid", Message: "Provided CRC32C \"AAAAAA==\" doesn't match calculated CRC32C \"BBBBBB==\"."));

        await StoreAsync(Storage, _bytes);

        Assert.Equal([Upload, Upload], Kinds);
    }

    [Fact]
    public async Task Write_StoredWithAnotherChecksum_IsDeletedAndTriedAgain()
    {
        Fake.Fail(new FakeFault(Upload, Damage));

        await StoreAsync(Storage, _bytes);

        Assert.Equal([Upload, Delete, Upload], Kinds);
        Assert.Equal(_bytes, Fake.Find(Name)!.Bytes);
    }

    [Fact]
    public async Task Write_NoAnswer_IsGivenUpForAnotherRequest()
    {
        var storage = Open(Patient with { RequestTimeout = TimeSpan.FromMilliseconds(200) });
        Fake.Fail(new FakeFault(Upload, Silence));

        await StoreAsync(storage, _bytes);

        Assert.Equal(_bytes, Fake.Find(Name)!.Bytes);
        Assert.True(Fake.Count(Upload) >= 2);
    }

    [Fact]
    public async Task Write_ServiceStaysBusy_IsUnavailableWithItsReason()
    {
        Fake.Fail(new FakeFault(Upload, Status, 503, RetryAfter: 3600));

        var refusal = await Assert.ThrowsAsync<StorageUnavailableException>(() => StoreAsync(Storage, _bytes));

        Assert.Matches(
            @"^The bucket media-of-tests is too busy to store live/b/source/0\.m4s \(tried once in \d+\.\d s\): 503, Backend Error\.$",
            refusal.Message);
        Assert.Empty(Fake.Objects);
    }

    [Fact]
    public async Task Write_Forbidden_SaysWhichRoleIsMissing()
    {
        const string said = "node@p.iam.gserviceaccount.com does not have storage.objects.create access.";
        Fake.Fail(new FakeFault(Upload, Status, 403, Reason: "forbidden", Message: said));

        var refusal = await Assert.ThrowsAsync<StorageUnavailableException>(() => StoreAsync(Storage, _bytes));

        Assert.Equal(
            $"The bucket media-of-tests does not let this node's account store live/b/source/0.m4s: {said} "
            + "Give it the role Storage Object User (roles/storage.objectUser) for the bucket.",
            refusal.Message);
        Assert.Equal([Upload], Kinds);
    }

    [Fact]
    public async Task Everything_NoSuchBucket_SaysSo()
    {
        var storage = Open(Patient with { Bucket = "another" });
        foreach (var use in (Func<Task>[])
        [
            () => StoreAsync(storage, _bytes), () => storage.OpenAsync(Name, default), () => storage.DeleteAsync(Name, default),
            () => storage.ListFoldersAsync("live", default), () => storage.ListAsync("live", default).CountAsync().AsTask(),
            () => storage.DeleteFolderAsync("live", default), () => storage.CheckAsync(default),
        ])
        {
            var refusal = await Assert.ThrowsAsync<StorageUnavailableException>(use);
            Assert.StartsWith("There is no bucket another: ", refusal.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Everything_NobodyThere_IsUnavailable()
    {
        var storage = Open(Hasty);
        await Fake.DisposeAsync();

        var refusal = await Assert.ThrowsAsync<StorageUnavailableException>(() => StoreAsync(storage, _bytes));

        Assert.Contains("cannot be reached to store", refusal.Message, StringComparison.Ordinal);
        Assert.Contains($"whether 127.0.0.1:{Fake.Address.Port} is the right address", refusal.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<StorageUnavailableException>(() => storage.OpenAsync(Name, default));
    }

    [Fact]
    public async Task Write_CancelledWhileNobodyAnswers_Ends()
    {
        using var cancelled = new CancellationTokenSource();
        Fake.Always = new(Upload, Silence);
        var writing = Storage.WriteAsync(Name, [_bytes], cancelled.Token);
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writing);
    }

    [Fact]
    public async Task Write_NodeStops_IsGivenUp()
    {
        Fake.Always = new(Upload, Silence);
        var writing = StoreAsync(Storage, _bytes);
        Storage.StopWithin(TimeSpan.FromMilliseconds(20));

        var refusal = await Assert.ThrowsAsync<StorageUnavailableException>(() => writing);

        Assert.StartsWith("The node stops before", refusal.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<StorageUnavailableException>(() => StoreAsync(Storage, _bytes, "another"));
    }

    [Fact]
    public async Task Write_RefusedByAPageOfSomebodyElse_IsToldByItsStatus()
    {
        Fake.Fail(new FakeFault(Upload, Status, 403, Message: new string('x', 100_000)));

        var refusal = await Assert.ThrowsAsync<StorageUnavailableException>(() => StoreAsync(Storage, _bytes));

        Assert.Contains("does not let this node's account store", refusal.Message, StringComparison.Ordinal);
        Assert.True(refusal.Message.Length < 500);
    }

    [Fact]
    public async Task Write_BytesLikeAMultipartBoundary_AreBytes()
    {
        var bytes = "\r\n--\r\n--boundary--\r\nContent-Type: text/html\r\n\r\n"u8.ToArray();

        await StoreAsync(Storage, bytes);

        Assert.Equal(bytes, Fake.Find(Name)!.Bytes);
    }

    [Fact]
    public async Task Retries_AreCountedByReason()
    {
        using var meters = new TestMeters();
        var storage = Open(Patient, instruments: new StorageInstruments(meters));
        Fake.Fail(new(Upload, Status, 503), new(Upload, BreakBefore));

        await StoreAsync(storage, _bytes);

        Assert.Equal(1, meters["streaming.storage.retries reason=busy"]);
        Assert.Equal(1, meters["streaming.storage.retries reason=broken"]);
    }
}
