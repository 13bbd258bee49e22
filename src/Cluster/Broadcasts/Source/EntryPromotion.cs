using Streaming.Pipeline.Media;

namespace Streaming.Cluster.Broadcasts.Source;

/// <summary>
/// Lets viewers in where a publisher's IDR pictures stay away and no rung is made that has others: it closes open groups of
/// pictures. The I picture becomes a key frame; what leads the group, and alone needs the one before, is left out, some pictures
/// in two seconds. Where the picture is refreshed little by little there is nothing to begin with: browsers refuse such pictures.
/// </summary>
/// <param name="hasRungs">There are transcoded qualities for viewers.</param>
/// <param name="limit">How far apart IDR pictures may be.</param>
internal sealed class EntryPromotion(Func<bool> hasRungs, TimeSpan limit)
{
    private uint _lastIdrMs;
    private uint? _entryShownMs;

    /// <summary>Key frames are made of what is none.</summary>
    public bool IsActive { get; private set; }

    /// <summary>Looks at a picture, which may become a key frame; false when it is left out.</summary>
    /// <param name="frame">The picture.</param>
    /// <param name="areIdrPicturesRare">They are further apart than a segment may be long.</param>
    public bool Takes(ref Frame frame, bool areIdrPicturesRare)
    {
        var shownMs = unchecked(frame.TimestampMs + (uint)frame.CompositionOffsetMs);
        if (frame.IsSync)
        {
            IsActive &= unchecked((int)(frame.TimestampMs - _lastIdrMs)) > limit.TotalMilliseconds;
            (_lastIdrMs, _entryShownMs) = (frame.TimestampMs, null);
        }
        else if (frame.RecoveryFrames == 0)
        {
            IsActive = (IsActive || areIdrPicturesRare) && !hasRungs();
            _entryShownMs = IsActive ? shownMs : null;
            frame = IsActive ? frame with { IsSync = true, RecoveryFrames = null } : frame;
        }
        else if (_entryShownMs is { } entry && unchecked((int)(shownMs - entry)) < 0)
        {
            return false;
        }

        return true;
    }
}
