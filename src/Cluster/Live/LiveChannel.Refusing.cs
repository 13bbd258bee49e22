using System.Globalization;
using Streaming.Pipeline.Rtmp;

namespace Streaming.Cluster.Live;

/// <content>Publishers that are held off or cut off, and told why; so is the studio.</content>
public sealed partial class LiveChannel
{
    private static readonly PublishAnswer.Refused HeldOff = new(
        "Another encoder publishes with the same stream key, and they kept taking over from each other. Stop one of them, or make "
        + "a new stream key on the studio page.",
        PublishRefusal.InUse);

    /// <summary>How long a publisher has to go on until an earlier one's trouble is over.</summary>
    private static readonly TimeSpan RefusalKept = TimeSpan.FromMinutes(1);

    private string BitRateReason => string.Create(
        CultureInfo.InvariantCulture,
        $"The bit rate is above the {_options.BitRateMax / 1e6:0.###} Mbit/s that this server takes (Streaming:Rtmp:BitRateMax). "
        + $"Lower it in the encoder's settings.");

    /// <summary>Ends the publication that is there, for a reason that its broadcaster can do something about.</summary>
    private void CutOff(string reason, CutOffReason kind)
    {
        _instruments?.Ingest.CutOff(kind);
        _refusal = new Refusal(reason, _time.GetUtcNow());
        Revoke(reason);
    }

    /// <summary>Does not let a publisher take over from the one that is there.</summary>
    private void HoldOff(LivePublication publication, bool isFirst)
    {
        if (isFirst)
        {
            LogHeldOff(Slug);
        }

        _refusal = new Refusal(HeldOff.Reason, _time.GetUtcNow());
        PublishStatus();
        publication.Answer(HeldOff);
    }

    private void ForgetRefusal()
    {
        var longAgo = _time.GetUtcNow() - RefusalKept;
        if (_refusal is { } refusal && refusal.At < longAgo && _connectedAt < longAgo)
        {
            _refusal = null;
        }
    }
}
