using Streaming.Pipeline.Flv;
using Streaming.Pipeline.Timelines;

namespace Streaming.Cluster.Broadcasts.Source;

/// <summary>Tells the node's counters what one publication has added since it last told them.</summary>
internal sealed class PublicationCounts(SourceReader source, Segmenter segmenter, IngestInstruments instruments)
{
    private long _tags;
    private long _bytes;
    private int _jumps = segmenter.Jumps;
    private FlvCounts _packets;

    /// <summary>About once a second, and when it has ended.</summary>
    public void Tell()
    {
        var (tags, bytes, jumps, packets) = (source.Tags, source.Bytes, segmenter.Jumps, source.Packets);
        instruments.Came(tags - _tags, bytes - _bytes);
        instruments.Came(packets - _packets);
        instruments.Jumped(jumps - _jumps);
        (_tags, _bytes, _jumps, _packets) = (tags, bytes, jumps, packets);
    }
}
