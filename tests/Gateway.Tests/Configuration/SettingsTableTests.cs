using Streaming.Gateway.Configuration;
using Streaming.Pipeline.Tests.Timelines;

namespace Streaming.Gateway.Tests.Configuration;

/// <summary>
/// The table in docs/settings.md has all settings of a node, with their defaults and units, and no others; README.md has some of
/// them.
/// </summary>
public sealed class SettingsTableTests
{
    [Fact]
    public void Table_HasAllSettingsAndNoOthers() =>
        Assert.Equal(Known().Keys.Order(), DocumentedSetting.All.Select(static row => row.Name).Order());

    [Fact]
    public void Table_HasTheDefaultsThatHold()
    {
        var known = Known();
        Assert.All(DocumentedSetting.All, row =>
        {
            var (type, value) = known[row.Name];
            if (value is null or "")
            {
                Assert.Matches("^(none$|made |half |240p to )", row.Default); // Words for what is not there, or is made of others.
            }
            else
            {
                Assert.Equal(value, type == typeof(TimeSpan) ? Durations.Read(row.Value) : Convert.ChangeType(row.Value, type));
            }
        });
    }

    [Fact]
    public void Table_HasTheUnitsOfTheirTypes()
    {
        var known = Known();
        Assert.All(DocumentedSetting.All, row => Assert.Contains(row.Unit, UnitsOf(row.Name, known[row.Name].Type)));
    }

    [Fact]
    public void Readme_HasSettingsAsTheTableHasThem()
    {
        var documented = DocumentedSetting.All.ToDictionary(static row => row.Name, static row => row.Default);
        Assert.NotEmpty(DocumentedSetting.InReadme);
        Assert.All(DocumentedSetting.InReadme, row => Assert.Equal(documented.GetValueOrDefault(row.Name), row.Default));
    }

    [Fact]
    public void Documents_NameNoSettingThatThereIsNot()
    {
        var known = Known().Keys.SelectMany(Prefixes).ToHashSet();
        string[] documents =
        [
            Path.Combine(Repository.Root, "README.md"),
            Path.Combine(Repository.Root, "cluster.hocon"),
            .. Directory.GetFiles(Path.Combine(Repository.Root, "docs"), "*.md", SearchOption.AllDirectories),
        ];
        Assert.All(documents, document => Assert.Empty(DocumentedSetting.NamesIn(File.ReadAllText(document)).Except(known)));
    }

    /// <summary>Names of all settings, with their types and what they are unless they are set; of lists those of the first item.</summary>
    private static Dictionary<string, (Type Type, object? Value)> Known() =>
        In(new StreamingOptions(), StreamingOptions.Section).ToDictionary(
            static known => known.Name, static known => (known.Type, known.Value));

    private static IEnumerable<(string Name, Type Type, object? Value)> In(object options, string path) =>
        from property in KnownSettings.In([options.GetType()])
        let name = $"{path}:{KnownSettings.NameOf(property)}"
        let type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType
        from known in KnownSettings.WordsFor(type) is not null ? [(name, type, property.GetValue(options))]
            : type.IsGenericType ? List(name, type)
            : In(property.GetValue(options)!, name)
        select known;

    /// <summary>A list, which has its default where it is used, and what its items have, which have none.</summary>
    private static IEnumerable<(string Name, Type Type, object? Value)> List(string name, Type type) =>
    [
        (name, type, null),
        .. KnownSettings.In(type.GetGenericArguments()).Select(
            property => ($"{name}:0:{property.Name}", property.PropertyType, (object?)null)),
    ];

    private static IEnumerable<string> Prefixes(string name)
    {
        var names = name.Split(':');
        return Enumerable.Range(2, names.Length - 1).Select(count => string.Join(':', names.Take(count)));
    }

    private static string[] UnitsOf(string name, Type type) =>
        type == typeof(TimeSpan) ? ["duration"]
        : type == typeof(bool) ? ["true or false"]
        : type.IsGenericType ? ["list"]
        : type == typeof(string) ? ["text", "address", "addresses", "folder", "program"]
        : name.Split(':')[^1] switch
        {
            "Port" or "MediaPort" => ["port"],
            "Height" => ["pixels"],
            var rate when rate.StartsWith("BitRate", StringComparison.Ordinal) => ["bit/s"],
            var bytes when bytes.Contains("Bytes", StringComparison.Ordinal) || bytes.Contains("Length", StringComparison.Ordinal)
                || bytes.Contains("ChunkSize", StringComparison.Ordinal) || bytes.EndsWith("Window", StringComparison.Ordinal) => ["bytes"],
            _ => ["connections", "viewers", "chunk streams", "levels", "commands", "runs", "nodes"],
        };
}
