using FsCheck;
using FsCheck.Fluent;
using Streaming.Pipeline.Cmaf;
using Streaming.Pipeline.Media;
using Streaming.Pipeline.Tests.Isobmff;

namespace Streaming.Pipeline.Tests.Cmaf;

/// <summary>Whatever the samples, a chunk read back has them all, and tiles the timeline.</summary>
public sealed class CmafChunkProperties
{
    private const int Runs = 500;

    [Fact]
    public void Chunk_AnySamples_ReadsBackTheSame() => Check(part =>
    {
        var chunk = Write(part, out _);
        var read = BoxReader.ReadSamples(chunk);

        Assert.Equal(part.Samples.Count, read.Count);
        for (var index = 0; index < read.Count; index++)
        {
            var given = part.Samples[index];
            Assert.Equal(given.DecodeTime, read[index].DecodeTime);
            Assert.Equal(given.CompositionOffset, read[index].CompositionOffset);
            Assert.Equal(given.IsSync, read[index].IsSync);
            Assert.True(given.Data.Span.SequenceEqual(read[index].Data.Span));
        }
    });

    [Fact]
    public void Chunk_AnySamples_DurationsAddUpToItsEnd() => Check(part =>
        Assert.Equal(
            part.EndDecodeTime - part.Samples[0].DecodeTime,
            BoxReader.ReadSamples(Write(part, out _)).Sum(sample => (long)sample.Duration)));

    [Fact]
    public void Chunk_AnySamples_MediaDataIsTheirBytes() => Check(part =>
    {
        var boxes = BoxReader.Read(Write(part, out var independent));

        Assert.Equal(["moof", "mdat"], boxes.Select(box => box.Type));
        Assert.Equal(part.Samples.SelectMany(sample => sample.Data.ToArray()), boxes[1].Body.ToArray());
        Assert.Equal(part.Samples[0].IsSync, independent);
    });

    [Fact]
    public void Chunk_AnySamples_BringsItsOwnDefaults() => Check(part =>
    {
        // cmf2: nothing is left to trex. ISO/IEC 23000-19 §7.7. ReadSamples throws where there is no value, for want of
        // a moov.
        var traf = BoxReader.Find(BoxReader.Read(Write(part, out _)), "moof/traf");
        (uint, uint)[] fields = [(0x000008, 0x000100), (0x000010, 0x000200), (0x000020, 0x000400)];
        foreach (var (inHeader, inRun) in fields)
        {
            Assert.True((traf["tfhd"].Flags & inHeader) != 0 ^ (traf["trun"].Flags & inRun) != 0);
        }
    });

    [Fact]
    public void Generator_Parts_CoverWhatMatters()
    {
        var parts = Parts.Generator.Sample(Runs);

        Assert.Contains(parts, part => part.Samples.Count == 1);
        Assert.Contains(parts, part => part.Samples.Count > 20);
        Assert.Contains(parts, part => part.Samples.Any(sample => sample.CompositionOffset < 0));
        Assert.Contains(parts, part => part.Samples.All(sample => sample.CompositionOffset == 0));
        Assert.Contains(parts, part => part.Samples[0].DecodeTime > uint.MaxValue);
        Assert.Contains(parts, part => part.Samples[0].DecodeTime < uint.MaxValue);
        Assert.Contains(parts, part => part.Samples is [{ IsSync: true }, { IsSync: false }, ..]);
        Assert.Contains(parts, part => part.Samples.Skip(1).Any(sample => sample.IsSync));
        Assert.Contains(parts, part => part.Samples.Select(sample => sample.Data.Length).Distinct().Count() == 1);
        Assert.Contains(parts, part => part.Samples.Any(sample => sample.Data.Length > 10_000));
        Assert.Contains(parts, part => part.Durations.Distinct().Count() == 1 && part.Durations.Count > 1);
        Assert.Contains(parts, part => part.Durations.Distinct().Count() > 1);
        Assert.Contains(parts, part => part.Durations.Any(duration => duration > int.MaxValue));
    }

    private static void Check(Action<Part> property) =>
        FsCheck.Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(Runs),
            Prop.ForAll(Arb.From(Parts.Generator), part =>
            {
                property(part);
                return true;
            }));

    private static byte[] Write(Part part, out bool independent)
    {
        var builder = new CmafChunkBuilder(TestTracks.Video);
        foreach (var sample in part.Samples)
        {
            builder.Add(sample);
        }

        independent = builder.Independent;
        return builder.Complete(1, part.EndDecodeTime).Memory.ToArray();
    }

    /// <summary>The samples of a part and where the last one ends.</summary>
    private sealed record Part(IReadOnlyList<Sample> Samples, long EndDecodeTime)
    {
        public IReadOnlyList<long> Durations =>
        [
            .. Samples.Skip(1).Select(sample => sample.DecodeTime).Append(EndDecodeTime)
                .Zip(Samples, (end, sample) => end - sample.DecodeTime),
        ];

        public override string ToString() =>
            $"{string.Join(' ', Samples.Select(Describe))} – {EndDecodeTime}";

        private static string Describe(Sample sample) =>
            $"{sample.DecodeTime}{sample.CompositionOffset:+#;-#;+0}{(sample.IsSync ? "!" : "")}:{sample.Data.Length}";
    }

    private static class Parts
    {
        private static readonly Gen<long> Start =
            Gen.OneOf(Gen.Constant(0L), Between(0, uint.MaxValue), Between(uint.MaxValue, 1L << 50));

        private static Gen<long> Between(long first, long last) =>
            from high in Gen.Choose(0, int.MaxValue)
            from low in Gen.Choose(0, int.MaxValue)
            select first + ((((long)high << 31) | (uint)low) % (last - first + 1));

        /// <summary>All of one value, or each of its own.</summary>
        private static Gen<T[]> Alike<T>(Gen<T> value, int count) =>
            Gen.OneOf(value.Select(v => Enumerable.Repeat(v, count).ToArray()), value.ArrayOf(count));

        private static readonly Gen<long> Duration =
            Gen.Frequency((8, Between(1, 9000)), (1, Between(1, uint.MaxValue)));

        private static readonly Gen<int> Offset =
            Gen.Frequency((4, Gen.Choose(-9000, 9000)), (1, Gen.Elements(int.MinValue, int.MaxValue)));

        private static readonly Gen<int> Length = Gen.Frequency((6, Gen.Choose(1, 200)), (1, Gen.Choose(1, 20_000)));

        public static Gen<Part> Generator { get; } =
            from count in Gen.OneOf(Gen.Constant(1), Gen.Choose(1, 40))
            from start in Start
            from durations in Alike(Duration, count)
            from offsets in Gen.OneOf(Gen.Constant(new int[count]), Alike(Offset, count))
            from sync in Gen.OneOf(
                Alike(Gen.Elements(true, false), count),
                Gen.Constant(Enumerable.Range(0, count).Select(index => index == 0).ToArray()))
            from lengths in Alike(Length, count)
            from seed in Gen.Choose(0, int.MaxValue)
            select Create(start, durations, offsets, sync, lengths, new Random(seed));

        private static Part Create(
            long start, long[] durations, int[] offsets, bool[] sync, int[] lengths, Random random)
        {
            var samples = new List<Sample>();
            foreach (var (index, duration) in durations.Index())
            {
                var data = new byte[lengths[index]];
                random.NextBytes(data);
                samples.Add(new Sample(start, offsets[index], sync[index], data));
                start += duration;
            }

            return new Part(samples, start);
        }
    }
}
