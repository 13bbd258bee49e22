using System.Buffers;

namespace Streaming.Pipeline.Storage;

/// <summary>The rule for names of stored objects: it leaves no way out of the storage's folder.</summary>
internal static class StorageName
{
    /// <summary>Characters of the longest name.</summary>
    public const int LengthMax = 200;

    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_./");

    public static bool IsValid(string name) =>
        name.Length is > 0 and <= LengthMax && name[0] is not ('/' or '.') && name[^1] != '/'
        && !name.Contains("/.", StringComparison.Ordinal) && !name.Contains("//", StringComparison.Ordinal)
        && !name.AsSpan().ContainsAnyExcept(Allowed);

    public static string Check(string name) =>
        IsValid(name) ? name : throw new ArgumentException($"'{name}' is no name of a stored object.", nameof(name));
}
