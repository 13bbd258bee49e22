using Microsoft.Extensions.Time.Testing;
using Streaming.Cluster.Broadcasts.Instruments;
using Streaming.Cluster.Broadcasts.Window;
using Streaming.Pipeline.Tests;
using Streaming.Pipeline.Timelines;

namespace Streaming.Cluster.Tests.Broadcasts;

/// <summary>Readers see what a standby has, or what has waited for it for 20 ms.</summary>
public sealed class AnnouncementTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly TestMeters _meters = new();
    private readonly Announcement _announcement;
    private long _version;

    public AnnouncementTests() => _announcement = new(_time, new BroadcastInstruments(_meters));

    private long? Seen => _announcement.Snapshot?.Version;

    public void Dispose() => _meters.Dispose();

    [Fact]
    public void Snapshot_WithoutAStandby_IsSeenAtOnce()
    {
        var (changed, signal) = (_announcement.Changed.Next, _announcement.SignalOf("source").Next);

        Make();

        Assert.Equal(1, Seen);
        Assert.True(changed.IsCompletedSuccessfully);
        Assert.False(signal.IsCompleted); // It has no renditions.
    }

    [Fact]
    public void Snapshot_WithAStandby_IsSeenWhenThatHasIt()
    {
        Make();
        _announcement.StandBy();
        var (made, changed) = (_announcement.Made.Next, _announcement.Changed.Next);

        Make();
        Assert.True(made.IsCompletedSuccessfully);
        Assert.False(changed.IsCompleted);
        Assert.Equal((1, 2), (Seen, _announcement.Newest!.Version));

        _announcement.Keep(1);
        Assert.Equal(1, Seen);
        _announcement.Keep(2);
        Assert.Equal(2, Seen);
        Assert.True(changed.IsCompletedSuccessfully);
        Assert.Equal(1, _meters["streaming.broadcast.announced outcome=kept"]);

        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(0, _meters["streaming.broadcast.announced outcome=late"]);
    }

    [Fact]
    public void Several_AreAnnouncedAsOne()
    {
        _announcement.StandBy();
        Make(5);
        var changed = _announcement.Changed.Next;

        _announcement.Keep(3);

        Assert.Equal(3, Seen);
        Assert.True(changed.IsCompletedSuccessfully);
        Assert.Equal(3, _meters["streaming.broadcast.announced outcome=kept"]);
    }

    [Fact]
    public void Standby_ThatSaysNothing_IsWaitedForTwentyMilliseconds_FromEachSnapshotsTime()
    {
        _announcement.StandBy();
        Make();
        _time.Advance(TimeSpan.FromMilliseconds(15));
        Make();
        _time.Advance(TimeSpan.FromMilliseconds(4.9));
        Assert.Null(Seen);

        _time.Advance(TimeSpan.FromMilliseconds(0.1));
        Assert.Equal(1, Seen);
        _time.Advance(TimeSpan.FromMilliseconds(14.9));
        Assert.Equal(1, Seen);
        _time.Advance(TimeSpan.FromMilliseconds(0.1));
        Assert.Equal(2, Seen);
        Assert.Equal(2, _meters["streaming.broadcast.announced outcome=late"]);

        Make(); // The timer goes on.
        _time.Advance(Announcement.Patience);
        Assert.Equal(3, Seen);
    }

    [Fact]
    public void Standby_ThatSaysSoTooLate_TakesNothingBack()
    {
        _announcement.StandBy();
        Make();
        _time.Advance(Announcement.Patience);
        Make();
        _announcement.Keep(1);

        Assert.Equal(1, Seen);
        Assert.Equal((1, 0), (_meters["streaming.broadcast.announced outcome=late"], _meters["streaming.broadcast.announced outcome=kept"]));
    }

    [Fact]
    public void Standby_ThatIsGone_IsNotWaitedFor()
    {
        _announcement.StandBy();
        Make();
        Assert.Null(Seen);

        _announcement.StandByNoMore();
        Assert.Equal(1, Seen);
        Make();
        Assert.Equal(2, Seen);
        Assert.Equal(1, _meters["streaming.broadcast.announced outcome=late"]);
    }

    [Fact]
    public void Standby_GoneWhileAnotherIsThere_IsStillWaitedFor()
    {
        _announcement.StandBy();
        _announcement.StandBy();
        Make();
        _announcement.StandByNoMore();
        Assert.Null(Seen);

        _announcement.Keep(1);
        Assert.Equal(1, Seen);
    }

    [Fact]
    public void Burst_BeyondWhatWaits_IsAnnouncedFromItsBeginning()
    {
        _announcement.StandBy();
        Make(Announcement.WaitingMax + 3);

        Assert.Equal(3, Seen);
        Assert.Equal(3, _meters["streaming.broadcast.announced outcome=late"]);
    }

    [Fact]
    public void End_WithoutAStandby_IsOverAtOnce()
    {
        Make();
        var changed = _announcement.Changed.Next;

        _announcement.End();

        Assert.True(_announcement.Over.IsCompletedSuccessfully);
        Assert.True(changed.IsCompletedSuccessfully);
    }

    [Theory]
    [InlineData("kept")]
    [InlineData("late")]
    [InlineData("gone")]
    public void End_WithAStandby_IsOverWhenItsLastSnapshotIsAnnounced(string how)
    {
        _announcement.StandBy();
        Make(2);
        _announcement.End();
        Assert.False(_announcement.Over.IsCompleted);
        var (changed, made) = (_announcement.Changed.Next, _announcement.Made.Next);

        switch (how)
        {
            case "kept":
                _announcement.Keep(2);
                break;
            case "late":
                _time.Advance(Announcement.Patience);
                break;
            default:
                _announcement.StandByNoMore();
                break;
        }

        Assert.Equal(2, Seen);
        Assert.True(_announcement.Over.IsCompletedSuccessfully);
        Assert.True(changed.IsCompletedSuccessfully && made.IsCompletedSuccessfully);
    }

    [Fact]
    public void Over_ThatNeverHadASnapshot_IsOver()
    {
        _announcement.StandBy();
        _announcement.End();

        Assert.True(_announcement.Over.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task ManyThreads_NeverGoBack_AndEndWithTheLast()
    {
        using var over = new CancellationTokenSource();
        var standbys = Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
        {
            while (!over.IsCancellationRequested)
            {
                _announcement.StandBy();
                for (var kept = 0; kept < 5; kept++)
                {
                    _announcement.Keep(_announcement.Newest?.Version ?? 0);
                }

                _announcement.StandByNoMore();
            }
        })).ToList();
        var reader = Task.Run(() =>
        {
            var seen = 0L;
            while (!over.IsCancellationRequested)
            {
                var now = Seen ?? 0;
                Assert.True(now >= seen);
                seen = now;
            }
        });

        Make(20_000);
        _announcement.End();
        await over.CancelAsync();
        await Task.WhenAll([.. standbys, reader]);

        Assert.Equal(20_000, Seen);
        Assert.True(_announcement.Over.IsCompletedSuccessfully);
    }

    private void Make(int count = 1)
    {
        while (count-- > 0)
        {
            _announcement.Publish(new BroadcastSnapshot
            {
                Id = "b",
                StartedAt = default,
                TargetDuration = TimeSpan.FromSeconds(4),
                PartTarget = TimeSpan.FromSeconds(0.3),
                Renditions = [],
                Periods = [],
                IsEnded = false,
                PublishedAt = default,
                Version = ++_version,
            });
        }
    }
}
