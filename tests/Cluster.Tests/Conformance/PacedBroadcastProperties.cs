using FsCheck;
using FsCheck.Fluent;
using static Streaming.Cluster.Tests.Conformance.SyntheticSource;

namespace Streaming.Cluster.Tests.Conformance;

/// <summary>Whatever cadence, pauses and skew a source has, its playlists keep the rules, and its media is what they say.</summary>
public sealed class PacedBroadcastProperties
{
    private const int Runs = 300;

    private static readonly int[] AudioRates = [8_000, 11_025, 12_000, 44_100, 48_000];

    private static readonly Gen<Stretch> Stretches =
        from ms in Gen.Choose(100, 9_000)
        from fps in Gen.Elements(0.2, 0.5, 1, 3, 4, 5, 7.5, 8, 12.5, 15, 24, 25, 29.97, 30, 50, 60)
        from gop in Gen.Frequency((3, Gen.Choose(1, 120)), (1, Gen.Elements(300, 600)))
        from pause in Gen.Frequency((2, Gen.Constant(0)), (3, Gen.Choose(100, 3_000)), (2, Gen.Choose(3_000, 15_000)))
        from isSilent in Gen.Frequency((2, Gen.Constant(false)), (1, Gen.Constant(true)))
        from beginsWithIdr in Gen.Elements(true, false)
        select new Stretch(ms, fps, gop, pause, isSilent, beginsWithIdr);

    private static readonly Gen<Script> Scripts =
        from stretches in Gen.Choose(1, 5).SelectMany(count => Stretches.ArrayOf(count))
        from rate in Gen.Elements([0, .. AudioRates])
        from skew in Gen.Frequency((2, Gen.Constant(0)), (2, Gen.Choose(-450, 450)), (2, Gen.Choose(-15_000, 15_000)))
        from jitter in Gen.Frequency((2, Gen.Constant(0)), (1, Gen.Choose(1, 80)))
        select new Script(stretches, rate, skew, jitter);

    [Fact]
    public async Task Playlists_OfAnyPace_KeepTheRules()
    {
        var source = await SyntheticSource.CreateAsync(AudioRates);
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(Runs),
            Prop.ForAll(Arb.From(Scripts), script =>
            {
                var broadcast = new PacedBroadcast();
                broadcast.Publish(script.Tags(source)).AssertMedia();
                broadcast.AssertCutAsShown();
                broadcast.DisposeAsync().AsTask().GetAwaiter().GetResult();
                return true;
            }));
    }

    /// <summary>Some seconds at a rate, then a pause: of the pictures, or of the sound with them.</summary>
    private sealed record Stretch(int Ms, double Fps, int Gop, int PauseMs, bool IsSilent, bool BeginsWithIdr);

    private sealed record Script(Stretch[] Stretches, int AudioRate, int SkewMs, int JitterMs)
    {
        public IEnumerable<ArrivingTag> Tags(SyntheticSource source)
        {
            var random = new System.Random(SkewMs + JitterMs);
            List<ArrivingTag> pictures = [];
            List<ArrivingTag> sounds = [];
            var ms = 100_000.0;
            foreach (var stretch in Stretches)
            {
                var isFirst = pictures.Count == 0;
                pictures.AddRange(Pictures(stretch.Fps, stretch.Gop, ms, ms + stretch.Ms).Select((tag, index) =>
                    index == 0 && !isFirst && !stretch.BeginsWithIdr ? tag with { Tag = Picture(tag.Tag.TimestampMs, false) } : tag));
                if (AudioRate > 0)
                {
                    sounds.AddRange(Sounds(AudioRate, ms, ms + stretch.Ms + (stretch.IsSilent ? 0 : stretch.PauseMs), SkewMs));
                }

                ms += stretch.Ms + stretch.PauseMs;
            }

            // Each track's tags come in order, whatever holds them up.
            return source.Together(AudioRate > 0 ? AudioRate : null, Late(pictures, random), Late(sounds, random))
                .Select(static tag => tag with { ArrivalMs = Math.Max(0, tag.ArrivalMs - 100_000) });
        }

        private IEnumerable<ArrivingTag> Late(IEnumerable<ArrivingTag> tags, System.Random random)
        {
            var newest = 0.0;
            foreach (var tag in tags)
            {
                newest = Math.Max(newest, tag.ArrivalMs + (random.NextDouble() * JitterMs));
                yield return tag with { ArrivalMs = newest };
            }
        }

        public override string ToString() =>
            $"{AudioRate} Hz, skew {SkewMs}, jitter {JitterMs}\n{string.Join("\n", Stretches.Select(stretch => stretch.ToString()))}";
    }
}
