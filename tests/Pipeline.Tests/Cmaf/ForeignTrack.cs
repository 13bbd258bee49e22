using Streaming.Pipeline.Cmaf;
using Streaming.Pipeline.Media;
using Streaming.Pipeline.Tests.Isobmff;

namespace Streaming.Pipeline.Tests.Cmaf;

/// <summary>A track that ffmpeg encoded and put in a fragmented MP4 of its own, taken apart for our muxer.</summary>
/// <param name="File">ffmpeg's file.</param>
/// <param name="Configuration">What its sample entry says.</param>
/// <param name="Samples">Its samples.</param>
internal sealed record ForeignTrack(
    string File, TrackConfiguration Configuration, IReadOnlyList<FragmentSample> Samples)
{
    private const string Fragmented = "+empty_moov+default_base_moof+frag_keyframe+negative_cts_offsets";

    public long EndDecodeTime => Samples[^1].DecodeTime + Samples[^1].Duration;

    /// <summary>
    /// Encodes <paramref name="source"/> with <paramref name="encoder"/>, both as arguments of ffmpeg.
    /// </summary>
    public static async Task<ForeignTrack> EncodeAsync(string file, string source, string encoder)
    {
        string[] arguments =
        [
            "-v", "error", "-f", "lavfi", "-i", source, .. encoder.Split(' '),
            "-video_track_timescale", "90000", "-movflags", Fragmented, "-f", "mp4", file,
        ];
        (await Tool.RunAsync("ffmpeg", arguments)).Silent();
        var bytes = await System.IO.File.ReadAllBytesAsync(file);
        return new ForeignTrack(file, ReadConfiguration(BoxReader.Read(bytes)), BoxReader.ReadSamples(bytes));
    }

    /// <summary>Our header and our chunks of so many samples each, with all decode times moved.</summary>
    public byte[] Remux(int samplesPerChunk, long shift)
    {
        var file = new MemoryStream();
        file.Write(CmafHeader.Create(Configuration));
        var builder = new CmafChunkBuilder(Configuration);
        var sequenceNumber = 0u;
        foreach (var sample in Samples)
        {
            if (builder.Count == samplesPerChunk)
            {
                file.Write(builder.Complete(++sequenceNumber, sample.DecodeTime + shift).Memory.ToArray());
            }

            builder.Add(new Sample(sample.DecodeTime + shift, sample.CompositionOffset, sample.IsSync, sample.Data));
        }

        file.Write(builder.Complete(++sequenceNumber, EndDecodeTime + shift).Memory.ToArray());
        return file.ToArray();
    }

    private static TrackConfiguration ReadConfiguration(IReadOnlyList<Mp4Box> boxes)
    {
        var media = BoxReader.Find(boxes, "moov/trak/mdia");
        var timescale = media["mdhd"].UInt32At(12);
        var entry = Assert.Single(media["minf/stbl/stsd"].Children);
        if (entry.Type == "avc1")
        {
            return new VideoConfiguration
            {
                Codec = $"avc1.{Convert.ToHexStringLower(entry["avcC"].Body.Span[1..4])}",
                Timescale = timescale,
                DecoderConfiguration = entry["avcC"].Body,
                Width = entry.UInt16At(24),
                Height = entry.UInt16At(26),
                SampleAspectRatio = (entry["pasp"].Int32At(0), entry["pasp"].Int32At(4)),
            };
        }

        return new AudioConfiguration
        {
            Codec = "mp4a.40.2",
            Timescale = timescale,
            DecoderConfiguration = AudioSpecificConfig(entry["esds"].Body),
            Channels = entry.UInt16At(16),
        };
    }

    /// <summary>
    /// ffmpeg writes its descriptors' sizes in four bytes, and the AudioSpecificConfig has the tag 5.
    /// </summary>
    private static ReadOnlyMemory<byte> AudioSpecificConfig(ReadOnlyMemory<byte> esds)
    {
        var start = esds.Span.IndexOf((ReadOnlySpan<byte>)[0x05, 0x80, 0x80, 0x80]) + 5;
        return esds.Slice(start, esds.Span[start - 1]);
    }
}
