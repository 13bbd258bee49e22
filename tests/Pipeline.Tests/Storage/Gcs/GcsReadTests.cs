using Streaming.Pipeline.Storage;
using static Streaming.Pipeline.Tests.Storage.Gcs.FakeFaultKind;
using static Streaming.Pipeline.Tests.Storage.Gcs.FakeRequest;

namespace Streaming.Pipeline.Tests.Storage.Gcs;

/// <summary>Segments on their way out of the bucket.</summary>
public sealed class GcsReadTests : GcsScripted
{
    private readonly byte[] _bytes = Media(900_000);

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        Fake.Put(Name, _bytes);
    }

    [Fact]
    public async Task Read_Whole_IsOneRequest()
    {
        Assert.Equal(_bytes, await ReadAsync(Storage));

        Assert.Equal([Read], Kinds);
    }

    [Fact]
    public async Task Open_ServiceBusyAndConnectionBroken_IsTriedAgain()
    {
        Fake.Fail(new(Read, Status, 503), new(Read, BreakBefore), new(Read, Status, 429));

        Assert.Equal(_bytes, await ReadAsync(Storage));
    }

    [Fact]
    public async Task Read_ConnectionBreaksMidway_GoesOnWithTheNextByte()
    {
        Fake.Fail(new(Read, BreakMidway, Bytes: 1), new(Read, BreakMidway, Bytes: 300_000), new(Read, BreakMidway, Bytes: 599_998));

        Assert.Equal(_bytes, await ReadAsync(Storage));

        Assert.Equal([Read, Read, Read, Read], Kinds);
    }

    [Fact]
    public async Task Read_AnotherObjectTookTheNameMeanwhile_IsNotMixed()
    {
        await using var stream = await Storage.OpenAsync(Name, default);
        Fake.Put(Name, Media(900_001));

        stream!.Position = 800_000; // So far ahead that it is asked for.
        var refusal = await Assert.ThrowsAsync<StorageUnavailableException>(() => stream.CopyToAsync(Stream.Null));

        Assert.Contains("was deleted while it was read", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_DamagedOnItsWay_DoesNotGiveTheLastBytes()
    {
        Fake.Fail(new FakeFault(Read, Damage));
        await using var stream = await Storage.OpenAsync(Name, default);
        using var read = new MemoryStream();

        var fault = await Assert.ThrowsAsync<IOException>(() => stream!.CopyToAsync(read));

        Assert.Contains("another checksum", fault.Message, StringComparison.Ordinal);
        Assert.True(read.Length < _bytes.Length);

        // And from the beginning again it is whole.
        stream!.Position = 0;
        var bytes = new byte[stream.Length];
        await stream.ReadExactlyAsync(bytes);
        Assert.Equal(_bytes, bytes);
    }

    [Fact]
    public async Task Read_ALittleAhead_IsTheSameRequest_FarOrBackIsAnother()
    {
        await using var stream = await Storage.OpenAsync(Name, default);

        await AssertAtAsync(0, 8);
        await AssertAtAsync(2000, 8);
        await AssertAtAsync(100_000, 8);
        Assert.Equal(1, Fake.Count(Read));
        await AssertAtAsync(800_000, 50_000);
        Assert.Equal(2, Fake.Count(Read));
        await AssertAtAsync(0, 900_000);
        Assert.Equal(3, Fake.Count(Read));

        async Task AssertAtAsync(int from, int length)
        {
            var read = new byte[length];
            stream!.Position = from;
            await stream.ReadExactlyAsync(read);
            Assert.Equal(_bytes.AsSpan(from, length).ToArray(), read);
        }
    }

    [Fact]
    public async Task Read_ServiceStaysBusy_IsUnavailable()
    {
        await using var stream = await Storage.OpenAsync(Name, default);
        Fake.Always = new(Read, Status, 503, RetryAfter: 60);

        stream!.Position = 800_000;
        await Assert.ThrowsAsync<StorageUnavailableException>(() => stream.CopyToAsync(Stream.Null));
    }

    [Fact]
    public async Task Open_Forbidden_IsNotTakenForMissing()
    {
        Fake.Fail(new FakeFault(Read, Status, 403, Reason: "forbidden", Message: "No access."));

        await Assert.ThrowsAsync<StorageUnavailableException>(() => Storage.OpenAsync(Name, default));
    }

    [Fact]
    public async Task Read_ByAThreadThatWouldWait_IsNotSupported()
    {
        await using var stream = await Storage.OpenAsync(Name, default);

        Assert.Throws<NotSupportedException>(() => stream!.ReadByte());
    }
}
