using Streaming.Pipeline.Storage;
using static Streaming.Pipeline.Tests.Storage.Gcs.FakeFaultKind;
using static Streaming.Pipeline.Tests.Storage.Gcs.FakeRequest;

namespace Streaming.Pipeline.Tests.Storage.Gcs;

/// <summary>Large objects, of which what has arrived is not sent again. The fake refuses bytes that do not begin where it has them up
/// to.</summary>
public sealed class GcsResumableUploadTests : GcsScripted
{
    private readonly byte[] _bytes = Media(500_000);

    [Fact]
    public async Task Write_Large_IsASessionAndItsBytes()
    {
        await StoreAsync(Storage, _bytes);

        Assert.Equal([BeginUpload, PutUpload], Kinds);
        var stored = Fake.Find(Name)!;
        Assert.Equal(_bytes, stored.Bytes);
        Assert.Equal(("video/mp4", "public, max-age=31536000, immutable"), (stored.ContentType, stored.CacheControl));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100_001)] // The end of a part, in which the bytes lie in memory.
    [InlineData(123_456)]
    [InlineData(499_999)]
    public async Task Write_ConnectionBreaksMidway_GoesOnFromThere(int arrived)
    {
        Fake.Fail(new FakeFault(PutUpload, BreakMidway, Bytes: arrived));

        await StoreAsync(Storage, _bytes);

        Assert.Equal([BeginUpload, PutUpload, PutUpload, PutUpload], Kinds);
        Assert.Equal(_bytes, Fake.Find(Name)!.Bytes);
    }

    [Fact]
    public async Task Write_ConnectionBreaksAgainAndAgain_Arrives()
    {
        Fake.Fail([.. Enumerable.Range(1, 6).SelectMany(round => new FakeFault[]
        {
            new(PutUpload, round % 2 == 0 ? BreakMidway : BreakBefore, Bytes: 50_000 * round),
            new(PutUpload, Status, 503),
        })]);

        await StoreAsync(Storage, _bytes);

        Assert.Equal(_bytes, Fake.Find(Name)!.Bytes);
        Assert.Equal(1, Fake.Count(BeginUpload));
    }

    [Fact]
    public async Task Write_ConnectionBreaksAfterItsEnd_IsSuccess()
    {
        Fake.Fail(new FakeFault(PutUpload, BreakAfter));

        await StoreAsync(Storage, _bytes);

        Assert.Equal([BeginUpload, PutUpload, PutUpload], Kinds);
    }

    [Fact]
    public async Task Write_SessionIsForgotten_BeginsAnew()
    {
        Fake.Fail(new(PutUpload, BreakMidway, Bytes: 1000), new(PutUpload, Status, 410, Reason: "gone", Message: "Gone"));

        await StoreAsync(Storage, _bytes);

        Assert.Equal([BeginUpload, PutUpload, PutUpload, BeginUpload, PutUpload], Kinds);
        Assert.Equal(_bytes, Fake.Find(Name)!.Bytes);
    }

    [Theory]
    [InlineData(BeginUpload)]
    [InlineData(PutUpload)]
    internal async Task Write_TooManyRequests_IsTriedAgain(FakeRequest request)
    {
        Fake.Fail(new FakeFault(request, Status, 429));

        await StoreAsync(Storage, _bytes);

        Assert.Equal(_bytes, Fake.Find(Name)!.Bytes);
    }

    [Fact]
    public async Task Write_NameIsTaken_IsSuccessOfTheSameBytesAlone()
    {
        await StoreAsync(Storage, _bytes);
        await StoreAsync(Storage, _bytes);

        _bytes[0] ^= 1;
        await Assert.ThrowsAsync<StorageConflictException>(() => StoreAsync(Storage, _bytes));
    }

    [Fact]
    public async Task Write_StoredWithAnotherChecksum_IsDeletedAndTriedAgain()
    {
        Fake.Fail(new FakeFault(PutUpload, Damage));

        await StoreAsync(Storage, _bytes);

        Assert.Equal([BeginUpload, PutUpload, Delete, BeginUpload, PutUpload], Kinds);
        Assert.Equal(_bytes, Fake.Find(Name)!.Bytes);
    }
}
