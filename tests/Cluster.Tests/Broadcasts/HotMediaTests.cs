using Streaming.Cluster.Broadcasts.Memory;
using Streaming.Pipeline.Media;

namespace Streaming.Cluster.Tests.Broadcasts;

/// <summary>A file at the live edge holds its bytes until it is let go of, and so does each who reads it.</summary>
public sealed class HotMediaTests
{
    private readonly MediaBuffer _one = MediaBuffer.Copy([1, 2], []);
    private readonly MediaBuffer _other = MediaBuffer.Copy([3], []);

    [Fact]
    public void Hold_OfAFileThatIsLetGoMeanwhile_KeepsTheBytes()
    {
        var file = new HotMedia([_one, _other]);
        Assert.True(file.TryHold(out var hold));
        file.LetGo();

        Assert.True(file.IsLetGo);
        Assert.True(_one.TryHold());
        _one.Release();
        Assert.Equal([1, 2, 3], hold.Pieces.SelectMany(piece => piece.ToArray()));
        Assert.Equal(3, hold.Length);

        hold.Release();
        Assert.False(_one.TryHold());
        Assert.False(_other.TryHold());
    }

    [Fact]
    public void LetGo_Twice_IsOnce()
    {
        var file = new HotMedia([_one]);
        Assert.True(file.TryHold(out var hold));

        file.LetGo();
        file.LetGo();

        Assert.True(_one.TryHold());
        _one.Release();
        hold.Release();
    }

    [Fact]
    public void Hold_OfAFileOfWhichAPieceIsGone_HoldsNothing()
    {
        var file = new HotMedia([_one, _other]);
        _other.Release();

        Assert.False(file.TryHold(out _));

        _one.Release();
        Assert.False(_one.TryHold()); // The hold that was tried has been given back.
    }

    [Fact]
    public void Clear_OfABroadcastsFiles_LetsGoOfAll()
    {
        var media = new LiveMedia("b1", new ScriptedStorage());
        media.Add("source", "0.0.m4s", new HotMedia([_one]));
        Assert.Equal(2, media.HotBytes);

        media.Clear();

        Assert.Equal(0, media.HotBytes);
        Assert.False(media.TryHold("source", "0.0.m4s", out _));
        Assert.False(_one.TryHold());
    }
}
