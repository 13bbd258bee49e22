using System.Text.RegularExpressions;

namespace Streaming.Cluster.Channels;

/// <summary>A channel: a place where one broadcaster goes live again and again.</summary>
/// <param name="Slug">Its name in addresses.</param>
/// <param name="Title">Its name for people.</param>
/// <param name="CreatedAt">When it was made.</param>
public sealed partial record Channel(string Slug, string Title, DateTimeOffset CreatedAt)
{
    /// <summary>Characters of the longest title.</summary>
    public const int TitleLengthMax = 140;

    /// <summary>Characters of the longest slug.</summary>
    public const int SlugLengthMax = 63;

    /// <summary>Whether <paramref name="slug"/> can name a channel: 1–63 of a–z, 0–9 and inner hyphens.</summary>
    public static bool IsSlug(string slug) => SlugPattern().IsMatch(slug);

    [GeneratedRegex(@"^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\z", RegexOptions.CultureInvariant)]
    private static partial Regex SlugPattern();
}
