using System.Diagnostics;

namespace Streaming.Chaos;

/// <summary>One fault at one moment, and what viewers noticed of it until all went on again.</summary>
internal sealed record Trial(string Fault, string Hit)
{
    private static readonly TimeSpan SettlePatience = TimeSpan.FromSeconds(120);

    /// <summary>Segments that were announced, of all renditions.</summary>
    public int Segments { get; private init; }

    /// <summary>Of them those of source and sound that are gaps.</summary>
    public int SourceGaps { get; private init; }

    /// <summary>Of them those of rungs that are gaps.</summary>
    public int RungGaps { get; private init; }

    /// <summary>Promises that were not kept, in sentences.</summary>
    public IReadOnlyList<string> Faults { get; private init; } = [];

    /// <summary>The longest time in which a viewer of source or sound got nothing new.</summary>
    public TimeSpan SourceStall { get; private init; }

    /// <summary>The same of rungs.</summary>
    public TimeSpan RungStall { get; private init; }

    /// <summary>From a broadcaster's next connection to the first new part of its source, the longest; null where none was cut off.</summary>
    public TimeSpan? GoesOnAfter { get; private init; }

    /// <summary>Breaks something, mends it, and waits until all goes on.</summary>
    public static async Task<Trial> RunAsync(World world, Faulting faulting, string fault)
    {
        var before = world.Channels.Select(static channel => (
            Channel: channel, Segments: Count(channel, static _ => true, static rendition => rendition.Segments),
            SourceGaps: Count(channel, static rendition => !rendition.IsRung, static rendition => rendition.Gaps),
            RungGaps: Count(channel, static rendition => rendition.IsRung, static rendition => rendition.Gaps),
            Faults: channel.Faults.Count, channel.Encoder.Reconnects)).ToList();
        var began = Stopwatch.GetTimestamp();
        var (hit, unsettled) = (fault, (string?)null);
        try
        {
            hit = await Faulting.All[fault](faulting);
            await world.SettleAsync(Stopwatch.GetTimestamp(), SettlePatience);
        }
        catch (TimeoutException e)
        {
            unsettled = e.Message;
        }

        return new Trial(fault, hit)
        {
            Segments = before.Sum(was => Count(was.Channel, static _ => true, static rendition => rendition.Segments) - was.Segments),
            SourceGaps = before.Sum(was => Count(was.Channel, static rendition => !rendition.IsRung, static rendition => rendition.Gaps) - was.SourceGaps),
            RungGaps = before.Sum(was => Count(was.Channel, static rendition => rendition.IsRung, static rendition => rendition.Gaps) - was.RungGaps),
            Faults = [.. before.SelectMany(static was => was.Channel.Faults.Skip(was.Faults)), .. unsettled is null ? Array.Empty<string>() : [unsettled]],
            SourceStall = Longest(world, began, isRung: false),
            RungStall = Longest(world, began, isRung: true),
            GoesOnAfter = before.Where(static was => was.Channel.Encoder.Reconnects > was.Reconnects)
                .Select(static was => GoesOn(was.Channel)).Where(static time => time is not null).Max(),
        };
    }

    private static int Count(ChannelWatch channel, Func<RenditionWatch, bool> of, Func<RenditionWatch, int> count) =>
        channel.Renditions.Where(of).Sum(count);

    private static TimeSpan Longest(World world, long since, bool isRung) => world.Channels
        .SelectMany(static channel => channel.Renditions).Where(rendition => rendition.IsRung == isRung)
        .Select(rendition => rendition.LongestStandstillAfter(since)).DefaultIfEmpty().Max();

    private static TimeSpan? GoesOn(ChannelWatch channel)
    {
        var connected = channel.Encoder.ConnectedAt;
        return channel.Renditions.FirstOrDefault(static rendition => rendition.Name == "source")?.FirstMoveAfter(connected) is { } moved
            ? Stopwatch.GetElapsedTime(connected, moved)
            : null;
    }
}
