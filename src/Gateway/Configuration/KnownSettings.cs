using System.Reflection;

namespace Streaming.Gateway.Configuration;

/// <summary>The settings that there are, as the options' types say.</summary>
internal static class KnownSettings
{
    private static readonly Lazy<List<string>> Paths = new(() => [.. PathsIn([typeof(StreamingOptions)], StreamingOptions.Section)]);

    /// <summary>The options in a group of settings: those that can be set. More than one type where options share a group.</summary>
    public static IEnumerable<PropertyInfo> In(IEnumerable<Type> types) =>
        types.SelectMany(type => type.GetProperties()).Where(property => property.CanWrite);

    public static string NameOf(PropertyInfo property) =>
        property.GetCustomAttribute<ConfigurationKeyNameAttribute>()?.Name ?? property.Name;

    /// <summary>What a value of that type is to people, null when it is no single value.</summary>
    public static string? WordsFor(Type type) => (Nullable.GetUnderlyingType(type) ?? type) switch
    {
        var text when text == typeof(string) => "a text",
        var number when number == typeof(int) || number == typeof(long) => "a whole number",
        var flag when flag == typeof(bool) => "true or false",
        var duration when duration == typeof(TimeSpan) => "a duration, such as 30s or 00:00:30",
        _ => null,
    };

    /// <summary>
    /// The setting that somebody may have meant with one that there is not: one of its group with a name like it, or the only one of that
    /// name in another group.
    /// </summary>
    /// <param name="path">What there is not.</param>
    /// <param name="group">The types of its group.</param>
    public static string? Near(string path, IEnumerable<Type> group)
    {
        var name = ConfigurationPath.GetSectionKey(path);
        if (NearestName.Of(name, In(group).Select(NameOf)) is { } near)
        {
            return $"{ConfigurationPath.GetParentPath(path)}:{near}";
        }

        return Paths.Value.Where(known => ConfigurationPath.GetSectionKey(known).Equals(name, StringComparison.OrdinalIgnoreCase)).ToList()
            is [var elsewhere] ? elsewhere : null;
    }

    private static IEnumerable<string> PathsIn(IReadOnlyList<Type> types, string path)
    {
        foreach (var options in In(types).GroupBy(NameOf))
        {
            var inner = $"{path}:{options.Key}";
            yield return inner;
            if (options.All(option => WordsFor(option.PropertyType) is null && !option.PropertyType.IsGenericType))
            {
                foreach (var setting in PathsIn([.. options.Select(option => option.PropertyType)], inner))
                {
                    yield return setting;
                }
            }
        }
    }
}
