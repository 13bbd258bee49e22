namespace Streaming.Gateway.Configuration;

/// <summary>The name that somebody may have meant.</summary>
internal static class NearestName
{
    /// <summary>The name nearest to one that there is not; null when none is near: within a third of its characters.</summary>
    public static string? Of(string name, IEnumerable<string> names)
    {
        var near = names.Select(candidate => (Name: candidate, Distance: Distance(name, candidate)))
            .DefaultIfEmpty((Name: "", Distance: int.MaxValue))
            .MinBy(candidate => candidate.Distance);
        return near.Distance <= Math.Max(1, name.Length / 3) ? near.Name : null;
    }

    /// <summary>
    /// How many characters are wrong, too many, missing or in each other's place (optimal string alignment), whatever their case.
    /// </summary>
    internal static int Distance(string one, string other)
    {
        var (beforeLast, last, row) = (new int[other.Length + 1], new int[other.Length + 1], new int[other.Length + 1]);
        for (var j = 0; j <= other.Length; j++)
        {
            row[j] = j;
        }

        for (var i = 1; i <= one.Length; i++)
        {
            (beforeLast, last, row) = (last, row, beforeLast);
            row[0] = i;
            for (var j = 1; j <= other.Length; j++)
            {
                row[j] = Math.Min(
                    Math.Min(last[j], row[j - 1]) + 1,
                    last[j - 1] + (IsSame(one[i - 1], other[j - 1]) ? 0 : 1));
                if (i > 1 && j > 1 && IsSame(one[i - 1], other[j - 2]) && IsSame(one[i - 2], other[j - 1]))
                {
                    row[j] = Math.Min(row[j], beforeLast[j - 2] + 1);
                }
            }
        }

        return row[other.Length];
    }

    private static bool IsSame(char one, char other) => char.ToUpperInvariant(one) == char.ToUpperInvariant(other);
}
