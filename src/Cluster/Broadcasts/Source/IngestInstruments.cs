using System.Diagnostics.Metrics;
using Streaming.Pipeline.Flv;
using Streaming.Pipeline.Rtmp;

namespace Streaming.Cluster.Broadcasts.Source;

/// <summary>
/// What publishers send and how they come and go, counted. Nothing is counted here per tag: each publication adds what came about once a
/// second (<see cref="PublicationCounts"/>).
/// </summary>
public sealed class IngestInstruments
{
    public const string MeterName = "Streaming.Ingest";

    private readonly Counter<long> _tags;
    private readonly Counter<long> _received;
    private readonly Counter<long> _dropped;
    private readonly Counter<long> _repaired;
    private readonly Counter<long> _jumps;
    private readonly Counter<long> _began;
    private readonly Counter<long> _ended;
    private readonly Counter<long> _takeOvers;
    private readonly Counter<long> _cutOffs;

    public IngestInstruments(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _tags = meter.CreateCounter<long>("streaming.ingest.tags", "{tag}", "FLV tags of publishers.");
        _received = meter.CreateCounter<long>("streaming.ingest.received", "By", "Bytes of these tags' bodies.");
        _dropped = meter.CreateCounter<long>("streaming.ingest.dropped", "{packet}", "Packets that were not passed on, by reason.");
        _repaired = meter.CreateCounter<long>("streaming.ingest.repaired", "{frame}", "Frames that were passed on mended, by kind.");
        _jumps = meter.CreateCounter<long>("streaming.ingest.jumps", "{jump}", "Jumps of publishers' clocks that were joined.");
        _began = meter.CreateCounter<long>("streaming.ingest.publications", "{publication}", "Publications that began.");
        _ended = meter.CreateCounter<long>(
            "streaming.ingest.publications_ended", "{publication}", "Publications that ended, by how.");
        _takeOvers = meter.CreateCounter<long>(
            "streaming.ingest.take_overs", "{publisher}", "Publishers that came while another published, by what became of them.");
        _cutOffs = meter.CreateCounter<long>("streaming.ingest.cut_offs", "{publication}", "Publications that the node ended, by reason.");
    }

    internal void Came(long tags, long bytes)
    {
        if (tags > 0)
        {
            _tags.Add(tags);
            _received.Add(bytes);
        }
    }

    internal void Came(in FlvCounts counts)
    {
        Drop(counts.EmptyTags, "empty");
        Drop(counts.MalformedTags, "malformed");
        Drop(counts.SkippedPackets, "not_served");
        Drop(counts.MalformedConfigurations, "malformed_configuration");
        Drop(counts.FramesBeforeConfiguration, "before_configuration");
        Drop(counts.MalformedAccessUnits, "malformed_access_unit");
        Drop(counts.AccessUnitsWithoutPicture, "without_picture");
        Drop(counts.MalformedAudioFrames, "malformed_audio");
        Repair(counts.MendedAccessUnits, "video");
        Repair(counts.MendedAudioFrames, "audio");
    }

    internal void Jumped(long jumps)
    {
        if (jumps > 0)
        {
            _jumps.Add(jumps);
        }
    }

    internal void Began() => _began.Add(1);

    internal void Ended(PublicationEnd end) => _ended.Add(1, Tag("end", end switch
    {
        PublicationEnd.Unpublished => "unpublished",
        PublicationEnd.Revoked => "revoked",
        _ => "disconnected",
    }));

    /// <param name="takeOver">What became of the newer one.</param>
    /// <param name="isAlive">The one that was there still sent.</param>
    internal void TookOver(TakeOver takeOver, bool isAlive) => _takeOvers.Add(1, Tag("outcome", takeOver switch
    {
        TakeOver.Admitted => isAlive ? "of_a_living" : "of_a_silent",
        _ => "held_off",
    }));

    internal void CutOff(CutOffReason reason) => _cutOffs.Add(1, Tag("reason", reason switch
    {
        CutOffReason.BitRate => "bit_rate",
        CutOffReason.Codec => "codec",
        CutOffReason.Memory => "memory",
        _ => "fault",
    }));

    private void Drop(long count, string reason)
    {
        if (count > 0)
        {
            _dropped.Add(count, Tag("reason", reason));
        }
    }

    private void Repair(long count, string kind)
    {
        if (count > 0)
        {
            _repaired.Add(count, Tag("kind", kind));
        }
    }

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);
}

/// <summary>Why the node ended a publication.</summary>
internal enum CutOffReason
{
    /// <summary>More came than the limit allows.</summary>
    BitRate,

    /// <summary>The platform does not take what came.</summary>
    Codec,

    /// <summary>There was no memory left.</summary>
    Memory,

    /// <summary>A fault of ours.</summary>
    Fault,
}
