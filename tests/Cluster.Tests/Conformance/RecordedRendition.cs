using Streaming.Pipeline.Tests.Isobmff;
using Streaming.Pipeline.Timelines;

namespace Streaming.Cluster.Tests.Conformance;

/// <summary>A media segment with its file.</summary>
internal sealed record RecordedSegment(Segment Segment, byte[] File)
{
    private IReadOnlyList<FragmentSample>? _samples;

    public IReadOnlyList<FragmentSample> Samples => _samples ??= BoxReader.ReadSamples(File);

    public long Sequence => Segment.Boundary.MediaSequence;
}

/// <summary>A rendition with its files.</summary>
internal sealed record RecordedRendition(
    string Name, RenditionSnapshot Snapshot, IReadOnlyList<byte[]> Headers, IReadOnlyList<RecordedSegment> Segments)
{
    public IReadOnlyList<FragmentSample> Samples => [.. Segments.SelectMany(segment => segment.Samples)];

    /// <summary>The CMAF header and all segments one after the other, as a file.</summary>
    public async Task<string> WriteAsync(string folder)
    {
        var path = Path.Combine(folder, Name + ".mp4");
        await using var file = File.Create(path);
        await file.WriteAsync(Headers[0]);
        foreach (var segment in Segments)
        {
            await file.WriteAsync(segment.File);
        }

        return path;
    }
}
