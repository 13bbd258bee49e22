using Akka.Configuration;
using Akka.Configuration.Hocon;

namespace Streaming.Gateway.Configuration;

/// <summary>
/// A HOCON file as a source of configuration. <c>streaming { }</c> holds the node's settings, named as in HOCON (<c>part-target</c>) or
/// as in
/// <see cref="StreamingOptions"/> (<c>PartTarget</c>), <c>logging { }</c> the log's; <c>akka { }</c> is Akka.NET's, which reads it as it
/// is: <see cref="Akka"/>.
/// </summary>
internal sealed class HoconConfiguration(HoconFile file) : IConfigurationSource
{
    private const string AkkaSection = "akka";
    private const string LoggingSection = "Logging";

    private static readonly string[] Sections = [StreamingOptions.Section, LoggingSection, AkkaSection];

    /// <summary>What the file says to Akka.NET, below <c>akka</c>.</summary>
    public Config Akka => Groups(AkkaSection)
        .Select(group => group.AtKey(AkkaSection))
        .Aggregate(ConfigurationFactory.Empty, static (before, group) => group.WithFallback(before));

    /// <summary>Groups of settings that there are not, in sentences. Those that substitutions refer to are the file's own.</summary>
    public IEnumerable<string> Problems() =>
        from name in file.Root.GetObject()?.Items.Keys ?? Enumerable.Empty<string>()
        where !Sections.Contains(name, StringComparer.OrdinalIgnoreCase) && !file.IsReferredTo(name)
        select $"{file.Path} has a group '{name}', which there is not" + (NearestName.Of(name, Sections) is { } near
            ? $". Did you mean {near.ToLowerInvariant()}?"
            : "; there are streaming, logging and akka.");

    public IConfigurationProvider Build(IConfigurationBuilder builder)
    {
        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (var group in Groups(StreamingOptions.Section))
        {
            Flatten(group, StreamingOptions.Section, NameOf, settings);
        }

        foreach (var group in Groups(LoggingSection))
        {
            Flatten(group, LoggingSection, static category => category, settings);
        }

        return new Provider(settings);
    }

    private IEnumerable<HoconValue> Groups(string name) =>
        from item in file.Root.GetObject()?.Items ?? []
        where item.Key.Equals(name, StringComparison.OrdinalIgnoreCase)
        select item.Value;

    private static void Flatten(HoconValue value, string path, Func<string, string> nameOf, Dictionary<string, string?> settings)
    {
        if (value.GetObject() is { } group)
        {
            foreach (var (key, inner) in group.Items)
            {
                Flatten(inner, ConfigurationPath.Combine(path, nameOf(key)), nameOf, settings);
            }
        }
        else if (value.IsArray())
        {
            foreach (var (index, inner) in value.GetArray().Index())
            {
                Flatten(inner, ConfigurationPath.Combine(path, $"{index}"), nameOf, settings);
            }
        }
        else
        {
            settings[path] = value.GetString();
        }
    }

    /// <summary><c>part-target</c> is <c>PartTarget</c>.</summary>
    private static string NameOf(string key) => string.Concat(
        key.Split('-').Select(static word => word.Length == 0 ? "" : char.ToUpperInvariant(word[0]) + word[1..]));

    private sealed class Provider : ConfigurationProvider
    {
        public Provider(Dictionary<string, string?> settings) => Data = settings;
    }
}
