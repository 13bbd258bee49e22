using FsCheck;
using FsCheck.Fluent;

namespace Streaming.Pipeline.Tests.Timelines;

/// <summary>Whatever is published, what comes out is a timeline. Target 2 s, limit 4 s.</summary>
public sealed class SegmenterProperties
{
    private const int Runs = 400;

    // Rounding, jitter and what is bridged without a hole.
    private const double LimitSeconds = 4.5;

    [Fact]
    public void Segments_OfAnySource_KeepTheInvariants() => Check(Script.Generator, script =>
    {
        var source = script.Play();
        SegmentInvariants.AssertAll(source);
    });

    [Fact]
    public void Segments_OfAnySourceWithoutChanges_KeepToTheLimit() => Check(Script.Generator, script =>
    {
        // A change of configuration takes effect at an IDR picture, and waits for one.
        var steady = script with { Stretches = [.. script.Stretches.Select(stretch => stretch with { Changes = false })] };
        SegmentInvariants.AssertNoLongerThan(steady.Play(), LimitSeconds);
    });

    [Fact]
    public void Generator_Scripts_CoverWhatMatters()
    {
        var sources = Script.Generator.Sample(Runs).Select(script => script.Play()).ToArray();

        Assert.Contains(sources, source => source.Segmenter.Jumps > 0);
        Assert.Contains(sources, source => source.Segmenter.IsOnGrid);
        Assert.Contains(sources, source => source.Segments.Any(segment => segment.Video.Count == 0));
        Assert.Contains(sources, source => source.AudioSamples.Any(sample => sample.IsSilence));
        Assert.Contains(sources, source => source.Segments.Any(segment => segment.Boundary.DiscontinuitySequence > 0));
        Assert.Contains(sources, source => source.Periods.Count > 2);
        Assert.Contains(sources, source => source.Segments.Count > 10);
    }

    private static void Check(Gen<Script> generator, Action<Script> property) =>
        FsCheck.Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(Runs),
            Prop.ForAll(Arb.From(generator), script =>
            {
                property(script);
                return true;
            }));

    /// <summary>A stretch of publishing.</summary>
    private sealed record Stretch(
        int Ms, int Fps, int Gop, bool HasVideo, bool HasAudio, int ShiftMs, bool Leaves, int ReconnectMs, bool Changes, int SoundRate);

    /// <summary>What publishers do, one stretch after the other.</summary>
    private sealed record Script(Stretch[] Stretches)
    {
        private static readonly Gen<Stretch> Stretch =
            from ms in Gen.Choose(100, 9000)
            from fps in Gen.Elements(10, 15, 24, 25, 30, 50, 60)
            from gop in Gen.Frequency((3, Gen.Choose(1, 120)), (1, Gen.Elements(300, 600)))
            from tracks in Gen.Frequency((6, Gen.Constant(3)), (1, Gen.Constant(2)), (1, Gen.Constant(1)), (1, Gen.Constant(0)))
            from shift in Gen.Frequency((6, Gen.Constant(0)), (2, Gen.Choose(-400, 9000)), (1, Gen.Choose(int.MinValue, int.MaxValue)))
            from leaves in Gen.Frequency((5, Gen.Constant(false)), (1, Gen.Constant(true)))
            from reconnect in Gen.Choose(0, 30_000)
            from changes in Gen.Frequency((6, Gen.Constant(false)), (1, Gen.Constant(true)))
            from rate in Gen.Elements(44_100, 48_000)
            select new Stretch(ms, fps, gop, (tracks & 1) != 0, (tracks & 2) != 0, shift, leaves, reconnect, changes, rate);

        public static Gen<Script> Generator { get; } =
            Gen.Choose(1, 6).SelectMany(count => Stretch.ArrayOf(count)).Select(stretches => new Script(stretches));

        public SegmentedSource Play()
        {
            var source = new SegmentedSource();
            var video = TestFrames.VideoTrack;
            var audio = TestFrames.AudioTrack((uint)Stretches[0].SoundRate);
            var clock = 1_000_000L;
            foreach (var (index, stretch) in Stretches.Index())
            {
                clock += stretch.ShiftMs;
                if (stretch.Changes)
                {
                    video = video with { DecoderConfiguration = new byte[] { 1, (byte)(10 + index) } };
                    audio = TestFrames.AudioTrack((uint)stretch.SoundRate);
                }

                var frames = Enumerable.Concat(
                    stretch.HasVideo ? TestFrames.Pictures(stretch.Fps, stretch.Gop, 0, stretch.Ms) : [],
                    stretch.HasAudio ? TestFrames.Sounds(audio.Timescale, 0, stretch.Ms) : []);
                source.Publish(
                    frames.OrderBy(frame => frame.TimestampMs).ThenBy(frame => frame.Track)
                        .Select(frame => frame with { TimestampMs = unchecked((uint)(frame.TimestampMs + clock)) }),
                    stretch.HasVideo || index == 0 ? video : null,
                    audio);
                clock += stretch.Ms;
                if (stretch.Leaves)
                {
                    source.Leave();
                    source.Time.Advance(TimeSpan.FromMilliseconds(stretch.ReconnectMs));
                    clock = 0;
                }
            }

            return source.Leave();
        }

        public override string ToString() => string.Join("\n", Stretches.Select(stretch => stretch.ToString()));
    }
}
