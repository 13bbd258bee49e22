using System.ComponentModel;
using System.Reflection;

namespace Streaming.Gateway;

/// <summary>
/// Reads the options out of a configuration, or says at once everything that is wrong with it: settings that there are
/// not, values that cannot be read, values out of their range.
/// </summary>
internal static class ConfiguredOptions
{
    /// <exception cref="InvalidOperationException">Something is wrong; the message has a sentence a line.</exception>
    public static StreamingOptions Read(IConfigurationSection section)
    {
        var problems = new List<string>();
        var readable = new Dictionary<string, string?>();
        Look(section, [typeof(StreamingOptions)], problems, readable);

        // What can be read is judged beside what cannot, so that one look at the message is enough.
        var options = new ConfigurationBuilder().AddInMemoryCollection(readable).Build()
            .GetSection(section.Path).Get<StreamingOptions>() ?? new();
        problems.AddRange(options.Problems());
        return problems.Count == 0 ? options : throw new InvalidOperationException(string.Join(Environment.NewLine, problems));
    }

    /// <param name="group">Settings that belong together.</param>
    /// <param name="types">The options that they are read into; more than one where options share a group.</param>
    /// <param name="problems">Gets what is wrong with them.</param>
    /// <param name="readable">Gets those that nothing is wrong with.</param>
    private static void Look(
        IConfigurationSection group, IReadOnlyList<Type> types, List<string> problems, Dictionary<string, string?> readable)
    {
        if (!string.IsNullOrEmpty(group.Value))
        {
            problems.Add($"{group.Path} is a group of settings, and not a setting itself.");
        }

        foreach (var setting in group.GetChildren())
        {
            var found = types.SelectMany(type => type.GetProperties())
                .Where(property => property.CanWrite && NameOf(property).Equals(setting.Key, StringComparison.OrdinalIgnoreCase))
                .Select(property => property.PropertyType).ToList();
            if (found is [])
            {
                problems.Add($"There is no setting {setting.Path}.");
            }
            else if (found is [var type] && WordsFor(type) is { } words)
            {
                LookAtValue(setting, type, words, problems, readable);
            }
            else if (found is [{ IsGenericType: true } list])
            {
                LookAtList(setting, list.GetGenericArguments()[0], problems, readable);
            }
            else
            {
                Look(setting, found, problems, readable);
            }
        }
    }

    private static void LookAtValue(
        IConfigurationSection setting, Type type, string words, List<string> problems, Dictionary<string, string?> readable)
    {
        if (setting.GetChildren().Any() || !IsReadable(setting.Value, type))
        {
            problems.Add($"{setting.Path} is '{setting.Value}'; it has to be {words}.");
        }
        else
        {
            readable[setting.Path] = setting.Value;
        }
    }

    private static void LookAtList(
        IConfigurationSection list, Type type, List<string> problems, Dictionary<string, string?> readable)
    {
        if (!string.IsNullOrEmpty(list.Value))
        {
            problems.Add($"{list.Path} is a list of groups of settings, and not a setting itself.");
        }

        foreach (var item in list.GetChildren())
        {
            var (before, own) = (problems.Count, new Dictionary<string, string?>());
            Look(item, [type], problems, own);
            var missing = type.GetConstructors()[0].GetParameters().Select(parameter => parameter.Name!)
                .Except(item.GetChildren().Select(setting => setting.Key), StringComparer.OrdinalIgnoreCase);
            problems.AddRange(missing.Select(name => $"{item.Path} has no {name}."));
            if (problems.Count == before)
            {
                foreach (var (path, value) in own)
                {
                    readable[path] = value;
                }
            }
        }
    }

    private static string NameOf(PropertyInfo property) =>
        property.GetCustomAttribute<ConfigurationKeyNameAttribute>()?.Name ?? property.Name;

    private static bool IsReadable(string? value, Type type)
    {
        try
        {
            return value is null || TypeDescriptor.GetConverter(type).ConvertFromInvariantString(value) is not null
                || Nullable.GetUnderlyingType(type) is not null;
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            return false;
        }
    }

    /// <summary>What a value of that type is to people, null when it is no single value.</summary>
    private static string? WordsFor(Type type) => (Nullable.GetUnderlyingType(type) ?? type) switch
    {
        var text when text == typeof(string) => "a text",
        var number when number == typeof(int) || number == typeof(long) => "a whole number",
        var flag when flag == typeof(bool) => "true or false",
        var duration when duration == typeof(TimeSpan) => "a duration, such as 00:00:30",
        _ => null,
    };
}
