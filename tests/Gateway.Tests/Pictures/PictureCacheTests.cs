using Streaming.Gateway.Pictures;

namespace Streaming.Gateway.Tests.Pictures;

/// <summary>Pictures that were made: once each, and not too many.</summary>
public sealed class PictureCacheTests
{
    private const int Length = 100;

    private readonly PictureCache _cache = new(bytesMax: 3 * Length);
    private readonly List<long> _made = [];

    [Fact]
    public async Task Picture_WantedByManyAtOnce_IsMadeOnce()
    {
        var gate = new TaskCompletionSource();
        var wanted = Enumerable.Range(0, 20).Select(_ => _cache.GetAsync(Key(1), async () =>
        {
            _made.Add(1);
            await gate.Task;
            return Made();
        })).ToList();
        Assert.All(wanted, picture => Assert.False(picture.IsCompleted));

        gate.SetResult();

        Assert.All(await Task.WhenAll(wanted), picture => Assert.Equal(PictureOutcome.Made, picture.Outcome));
        await WantAsync(1);
        Assert.Equal([1], _made);
    }

    [Fact]
    public async Task Pictures_BeyondTheLimit_PushOutThoseThatNobodyWanted()
    {
        foreach (var wanted in (int[])[1, 2, 3, 1, 4])
        {
            await WantAsync(wanted);
            Assert.InRange(_cache.Bytes, Length, 3 * Length);
        }

        await WantAsync(1);
        Assert.Equal([1, 2, 3, 4], _made);
        await WantAsync(2);
        Assert.Equal([1, 2, 3, 4, 2], _made);
    }

    [Fact]
    public async Task Picture_LargerThanTheCache_IsGivenAndNotKept()
    {
        await WantAsync(1, (3 * Length) + 1);
        Assert.Equal(0, _cache.Bytes);
        await WantAsync(1);
        Assert.Equal([1, 1], _made);
    }

    [Fact]
    public async Task Picture_ThatCouldNotBeMade_IsTriedAgain()
    {
        Assert.Equal(PictureOutcome.Busy, (await _cache.GetAsync(Key(1), () => Task.FromResult(Picture.Busy))).Outcome);
        await Assert.ThrowsAsync<IOException>(() => _cache.GetAsync(Key(1), () => throw new IOException("The disk is gone.")));
        await WantAsync(1);
        Assert.Equal([1], _made);
    }

    private static PictureKey Key(long mediaSequence) => new("20260101T000000Z-00000000", mediaSequence, 240);

    private static Picture Made(int length = Length) => new(PictureOutcome.Made, new byte[length]);

    private Task<Picture> WantAsync(long mediaSequence, int length = Length) => _cache.GetAsync(Key(mediaSequence), () =>
    {
        _made.Add(mediaSequence);
        return Task.FromResult(Made(length));
    });
}
