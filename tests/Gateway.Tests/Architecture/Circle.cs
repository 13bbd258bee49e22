namespace Streaming.Gateway.Tests.Architecture;

/// <summary>Folders each of which uses the next, and the last the first. Written so: <c>Connections → Playback → Connections</c>.</summary>
internal sealed record Circle(IReadOnlyList<string> Folders)
{
    /// <summary>
    /// The circles of some arrows: for each arrow that is part of any, the shortest that it closes. Without these there are no others.
    /// </summary>
    public static IReadOnlyList<Circle> In(IEnumerable<(string From, string To)> arrows)
    {
        var nexts = arrows.ToLookup(static arrow => arrow.From, static arrow => arrow.To);
        return
        [
            .. nexts.SelectMany(from => from.Select(to => Closed(nexts, from.Key, to)))
                .OfType<Circle>().DistinctBy(static circle => circle.ToString()).OrderBy(static circle => circle.ToString(), StringComparer.Ordinal),
        ];
    }

    public IEnumerable<(string From, string To)> Arrows =>
        Folders.Select((folder, index) => (folder, Folders[(index + 1) % Folders.Count]));

    public override string ToString() => string.Join(" → ", [.. Folders, Folders[0]]);

    /// <summary>The circle, and of each arrow in it who uses what.</summary>
    public string Explained(FolderArrows arrows) => string.Join(
        Environment.NewLine,
        [ToString(), .. Arrows.Select(arrow => $"    {arrow.From} → {arrow.To}: {string.Join(", ", arrows.All[arrow])}")]);

    /// <summary>The shortest way back from an arrow's end to its beginning, by breadth; null where there is none.</summary>
    private static Circle? Closed(ILookup<string, string> nexts, string from, string to)
    {
        var before = new Dictionary<string, string> { [to] = from };
        var waiting = new Queue<string>([to]);
        while (waiting.TryDequeue(out var folder))
        {
            foreach (var next in nexts[folder].Order(StringComparer.Ordinal))
            {
                if (next == from)
                {
                    return FromLeast(Way(before, from, folder));
                }

                if (before.TryAdd(next, folder))
                {
                    waiting.Enqueue(next);
                }
            }
        }

        return null;
    }

    private static List<string> Way(Dictionary<string, string> before, string from, string last)
    {
        var way = new List<string>();
        for (var folder = last; folder != from; folder = before[folder])
        {
            way.Insert(0, folder);
        }

        way.Insert(0, from);
        return way;
    }

    /// <summary>The same circle, however it was come by.</summary>
    private static Circle FromLeast(List<string> folders)
    {
        var least = folders.IndexOf(folders.Min(StringComparer.Ordinal)!);
        return new([.. folders[least..], .. folders[..least]]);
    }
}
