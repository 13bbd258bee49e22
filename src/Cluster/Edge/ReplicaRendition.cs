using System.Collections.Immutable;
using Streaming.Cluster.Broadcasts.Memory;
using Streaming.Pipeline.Media;
using Streaming.Pipeline.Timelines;

namespace Streaming.Cluster.Edge;

/// <summary>One rendition of a replica: its timeline as the origin tells it, and what memory has of its media.</summary>
internal sealed class ReplicaRendition(string name, LiveMedia media)
{
    private readonly SortedDictionary<long, ImmutableArray<MediaBuffer>> _parts = []; // Without holds: those are the files'.
    private SegmentWindow _segments = new();
    private ImmutableArray<TrackConfiguration> _initializations = [];
    private FollowEvent.RenditionChanged? _newest;
    private bool _isWhole;

    /// <summary>As readers see it. The same until something changes; null before the origin has told of it.</summary>
    public RenditionSnapshot? Snapshot
    {
        get => field ??= _newest is not { } newest ? null : new RenditionSnapshot
        {
            Name = name,
            Kind = newest.Kind,
            Initializations = _initializations,
            PartTarget = newest.PartTarget,
            Segments = _segments.List,
            Open = newest.Open,
            PeakBitRate = newest.PeakBitRate,
            AverageBitRate = newest.AverageBitRate,
            FrameRate = newest.FrameRate,
            IsOffered = newest.IsOffered,
        };
        private set;
    }

    /// <summary>
    /// Takes over the hold of a file. One that is there already stays, unless the origin before this one told of another that this one does not know of. A
    /// part without those before it is not kept: they had left the origin's memory.
    /// </summary>
    public void Add(FollowEvent.MediaCame came)
    {
        if (media.TryGet(name, came.Name, out var known))
        {
            if (known!.Is(came.Data))
            {
                came.Data.Release();
                return;
            }

            Forget(came);
        }

        var parts = came.MediaSequence is { } number ? _parts.GetValueOrDefault(number, []) : [];
        if (came.MediaSequence is not null && came.Index != parts.Length)
        {
            came.Data.Release();
            return;
        }

        media.Add(name, came.Name, new HotMedia([came.Data]));
        if (came.MediaSequence is { } sequence)
        {
            _parts[sequence] = parts.Add(came.Data);
        }
    }

    /// <summary>Changes what the next <see cref="Snapshot"/> says.</summary>
    /// <exception cref="InvalidDataException">It does not fit what was told before.</exception>
    public void Change(FollowEvent.RenditionChanged change)
    {
        if (change.IsWhole)
        {
            (_segments, _initializations, _isWhole) = (new(), [], true);
        }

        _initializations = _initializations.AddRange(change.Initializations);
        if (_initializations.IsEmpty)
        {
            throw new InvalidDataException($"The rendition {name} came without a configuration.");
        }

        _segments.TrimBefore(change.FirstSequence);
        foreach (var segment in change.Segments)
        {
            Append(segment);
        }

        _segments.ForgetParts(change.PartsFrom);
        LetGo(change.MemoryFrom);
        (_newest, Snapshot) = (change, null);
    }

    /// <summary>Nothing comes any more: the segment that was growing is complete as it stands.</summary>
    public void End()
    {
        if (_newest is { Open: { } open } newest)
        {
            if (!open.Parts.IsEmpty)
            {
                Append(open);
            }

            (_newest, Snapshot) = (newest with { Open = null }, null);
        }
    }

    /// <summary>Lets go of what the origin before this one told of, and this one does not know of: where all of it was told anew.</summary>
    public void Fit()
    {
        if (!_isWhole)
        {
            return;
        }

        _isWhole = false;
        foreach (var (sequence, parts) in _parts.Reverse().TakeWhile(held => IsBeyond(held.Key, held.Value.Length)).ToList())
        {
            ForgetParts(sequence, _newest!.Open is { } open && open.Boundary.MediaSequence == sequence ? open.Parts.Length
                : _segments.List.Find(sequence)?.Parts.Length ?? 0);
        }
    }

    private bool IsBeyond(long sequence, int parts) =>
        _newest!.Open is { } open && open.Boundary.MediaSequence == sequence ? parts > open.Parts.Length
        : _segments.List is not [.., var last] || sequence > last.Boundary.MediaSequence
            || (sequence == last.Boundary.MediaSequence && parts > last.Parts.Length);

    /// <summary>Forgets a file, and what comes after it in its segment.</summary>
    private void Forget(FollowEvent.MediaCame came)
    {
        media.Forget(name, came.Name);
        if (came.MediaSequence is { } sequence)
        {
            ForgetParts(sequence, came.Index);
        }
    }

    /// <summary>Forgets the parts of a segment but for the first ones, and what was made of all.</summary>
    private void ForgetParts(long sequence, int kept)
    {
        var parts = _parts.GetValueOrDefault(sequence, []);
        for (var index = kept; index < parts.Length; index++)
        {
            media.Forget(name, MediaNames.Part(sequence, index));
        }

        if (kept < parts.Length)
        {
            _parts[sequence] = parts[..kept];
            media.Forget(name, MediaNames.Segment(sequence));
        }
    }

    private void Append(Segment segment)
    {
        var sequence = segment.Boundary.MediaSequence;
        if (_segments.List is [.., var last] && sequence != last.Boundary.MediaSequence + 1)
        {
            throw new InvalidDataException($"Segment {sequence} of {name} came after {last.Boundary.MediaSequence}.");
        }

        if (segment is { IsGap: false, Parts.IsEmpty: false })
        {
            ForgetParts(sequence, segment.Parts.Length);
        }

        if (!segment.IsGap && _parts.TryGetValue(sequence, out var parts)
            && parts.Sum(static part => (long)part.Length) == segment.Length
            && !media.TryGet(name, MediaNames.Segment(sequence), out _)
            && TryHold(parts))
        {
            media.Add(name, MediaNames.Segment(sequence), new HotMedia(parts));
        }

        _segments.Append(segment);
    }

    /// <summary>Lets go of what the origin has let go of.</summary>
    private void LetGo(long memoryFrom)
    {
        while (_parts.Count > 0 && _parts.First() is var (sequence, parts) && sequence < memoryFrom)
        {
            _parts.Remove(sequence);
            for (var index = 0; index < parts.Length; index++)
            {
                media.Forget(name, MediaNames.Part(sequence, index));
            }

            media.Forget(name, MediaNames.Segment(sequence));
        }
    }

    private static bool TryHold(ImmutableArray<MediaBuffer> parts)
    {
        for (var held = 0; held < parts.Length; held++)
        {
            if (!parts[held].TryHold())
            {
                while (held-- > 0)
                {
                    parts[held].Release();
                }

                return false;
            }
        }

        return true;
    }
}
