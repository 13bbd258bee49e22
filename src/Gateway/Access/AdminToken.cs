using System.Security.Cryptography;
using System.Text;
using Streaming.Cluster.Live;

namespace Streaming.Gateway.Access;

/// <summary>The operator's token: configured, or generated once and kept in a file that only its owner can read.</summary>
public sealed class AdminToken
{
    private readonly byte[] _hash;

    private AdminToken(string token, string? generatedAt)
    {
        _hash = SHA256.HashData(Encoding.UTF8.GetBytes(token));
        GeneratedAt = generatedAt;
        GeneratedToken = generatedAt is null ? null : token;
    }

    /// <summary>The file that it was just generated into, null when it was there before.</summary>
    public string? GeneratedAt { get; }

    /// <summary>The token that was just generated, to be told once.</summary>
    public string? GeneratedToken { get; }

    /// <summary>Takes the configured token, or the one in the data folder, or makes one there.</summary>
    public static AdminToken Load(string? configured, string dataPath)
    {
        if (!string.IsNullOrEmpty(configured))
        {
            return new(configured, null);
        }

        var path = Path.Combine(dataPath, "admin-token");
        if (File.Exists(path))
        {
            return new(File.ReadAllText(path).Trim(), null);
        }

        var token = Ids.NewSecret();
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var writer = new StreamWriter(path, options))
        {
            writer.WriteLine(token);
        }

        return new(token, path);
    }

    /// <summary>Whether the request carries the token as <c>Authorization: Bearer</c>.</summary>
    public bool Admits(HttpRequest request)
    {
        const string scheme = "Bearer ";
        var header = request.Headers.Authorization.ToString();
        return header.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) && CryptographicOperations.FixedTimeEquals(
            SHA256.HashData(Encoding.UTF8.GetBytes(header[scheme.Length..].Trim())), _hash);
    }
}
