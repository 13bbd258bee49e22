using System.ComponentModel;
using System.Globalization;

namespace Streaming.Gateway.Configuration;

/// <summary>
/// Reads the options out of a configuration, or says at once everything that is wrong with it: settings that there are
/// not, values that cannot be read, values out of their range.
/// </summary>
internal static class ConfiguredOptions
{
    /// <param name="section">The settings.</param>
    /// <param name="known">What is known to be wrong already, in sentences.</param>
    /// <exception cref="InvalidOperationException">Something is wrong; the message has a sentence a line.</exception>
    public static StreamingOptions Read(IConfigurationSection section, params IEnumerable<string> known)
    {
        List<string> problems = [.. known];
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
            var found = KnownSettings.In(types)
                .Where(property => KnownSettings.NameOf(property).Equals(setting.Key, StringComparison.OrdinalIgnoreCase))
                .Select(property => property.PropertyType).ToList();
            if (found is [])
            {
                problems.Add($"There is no setting {setting.Path}."
                    + (KnownSettings.Near(setting.Path, types) is { } near ? $" Did you mean {near}?" : ""));
            }
            else if (found is [var type] && KnownSettings.WordsFor(type) is { } words)
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
        var isGroup = setting.GetChildren().Any();
        if (setting.Value is null && !isGroup)
        {
            return; // HOCON's null: as if it were not there.
        }

        try
        {
            readable[setting.Path] = isGroup ? throw new FormatException() : Canonical(setting.Value!, type);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or OverflowException)
        {
            problems.Add($"{setting.Path} is '{setting.Value}'; it has to be {words}.");
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

    /// <summary>A value as the binder reads it.</summary>
    /// <exception cref="FormatException">It is none of that type; <see cref="ArgumentException"/> and
    /// <see cref="OverflowException"/> say the same.</exception>
    private static string Canonical(string value, Type type)
    {
        if (type == typeof(TimeSpan))
        {
            return Durations.Read(value).ToString("c", CultureInfo.InvariantCulture);
        }

        var isThere = TypeDescriptor.GetConverter(type).ConvertFromInvariantString(value) is not null;
        return isThere || Nullable.GetUnderlyingType(type) is not null ? value : throw new FormatException();
    }
}
