using System.Collections;

namespace Streaming.Gateway.Configuration;

/// <summary>All settings as they hold, a line each: <c>Streaming:Http:Port=8080</c>. For scripts, and for whoever wonders.</summary>
internal static class SettingsReport
{
    // Their values are told nobody.
    private static readonly string[] Secrets =
    [
        $"{StreamingOptions.Section}:{nameof(StreamingOptions.Admin)}:{nameof(AdminOptions.Token)}",
        $"{StreamingOptions.Section}:{nameof(StreamingOptions.Cluster)}:{nameof(ClusterOptions.Database)}",
        $"{StreamingOptions.Section}:{nameof(StreamingOptions.Cluster)}:{nameof(ClusterOptions.Secret)}",
    ];

    public static IEnumerable<string> Lines(StreamingOptions options) => Lines(options, StreamingOptions.Section);

    private static IEnumerable<string> Lines(object options, string path) =>
        from property in KnownSettings.In([options.GetType()])
        let inner = $"{path}:{KnownSettings.NameOf(property)}"
        from line in property.GetValue(options) switch
        {
            null or "" => [$"{inner}="],
            _ when Secrets.Contains(inner) => [$"{inner}=(not shown)"],
            IEnumerable list and not string => list.Cast<object>().SelectMany((item, index) => Lines(item, $"{inner}:{index}")),
            var value when KnownSettings.WordsFor(property.PropertyType) is null => Lines(value, inner),
            var value => [FormattableString.Invariant($"{inner}={value}")],
        }
        select line;
}
