namespace Streaming.Pipeline.Settings;

/// <summary>The sentence for an option that is not where it has to be.</summary>
public static class Bounds
{
    /// <param name="value">The option's value.</param>
    /// <param name="min">The least that it may be.</param>
    /// <param name="max">The most that it may be.</param>
    /// <param name="name">The option's name.</param>
    /// <returns>Null when it may be so.</returns>
    public static string? Outside<T>(T value, T min, T max, string name)
        where T : IComparable<T> =>
        value.CompareTo(min) < 0 || value.CompareTo(max) > 0 ? $"{name} is {value}; it has to be from {min} to {max}." : null;
}
