using System.Globalization;
using System.Text.RegularExpressions;

namespace Streaming.Gateway.Configuration;

/// <summary>Durations as people write them: HOCON's (<c>335ms</c>, <c>2 s</c>, <c>7d</c>), and .NET's (<c>00:00:02</c>).</summary>
internal static partial class Durations
{
    /// <exception cref="FormatException">It is no duration.</exception>
    /// <exception cref="OverflowException">It is longer than .NET's longest.</exception>
    public static TimeSpan Read(string text) => Written().Match(text) is { Success: true } written
        ? double.Parse(written.Groups["count"].ValueSpan, CultureInfo.InvariantCulture) * UnitOf(written.Groups["unit"].ValueSpan)
        : TimeSpan.Parse(text, CultureInfo.InvariantCulture);

    private static TimeSpan UnitOf(ReadOnlySpan<char> unit) => unit switch
    {
        "ms" or "milli" or "millis" or "millisecond" or "milliseconds" => TimeSpan.FromMilliseconds(1),
        "s" or "second" or "seconds" => TimeSpan.FromSeconds(1),
        "m" or "minute" or "minutes" => TimeSpan.FromMinutes(1),
        "h" or "hour" or "hours" => TimeSpan.FromHours(1),
        _ => TimeSpan.FromDays(1),
    };

    [GeneratedRegex(
        @"^\s*(?<count>[0-9]+(\.[0-9]+)?)\s*(?<unit>ms|millis?|milliseconds?|s|seconds?|m|minutes?|h|hours?|d|days?)\s*\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Written();
}
