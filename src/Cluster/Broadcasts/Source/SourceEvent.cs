using Streaming.Pipeline.Rtmp;

namespace Streaming.Cluster.Broadcasts.Source;

/// <summary>What happens to a broadcast's source, one after another.</summary>
internal abstract class SourceEvent
{
    private SourceEvent()
    {
    }

    /// <summary>A publisher was let in.</summary>
    public sealed class Began(LivePublication publication) : SourceEvent
    {
        public LivePublication Publication => publication;
    }

    /// <summary>A publisher has sent a tag, which its publication holds: each has one of these, and one tag at a time.</summary>
    public sealed class TagCame(LivePublication publication) : SourceEvent
    {
        public LivePublication Publication => publication;
    }

    /// <summary>A publisher has gone, or has to.</summary>
    public sealed class Ended(LivePublication publication, PublicationEnd end) : SourceEvent
    {
        public LivePublication Publication => publication;

        public PublicationEnd End => end;
    }

    /// <summary>A second has passed.</summary>
    public sealed class SecondPassed : SourceEvent
    {
        public static readonly SecondPassed Instance = new();
    }

    /// <summary>Nobody publishes in this broadcast any more.</summary>
    public sealed class Over : SourceEvent
    {
        public static readonly Over Instance = new();
    }
}
