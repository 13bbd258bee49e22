using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Primitives;
using Streaming.Cluster.Naming;

namespace Streaming.Gateway.Access;

/// <summary>
/// The operator's token: configured, or generated once and kept in a file that only its owner can read. A node whose token
/// anybody could guess does not start.
/// </summary>
public sealed class AdminToken
{
    /// <summary>Characters that a token has at least, and at most.</summary>
    public const int LengthMin = 16, LengthMax = 1024;

    private const string Scheme = "Bearer";
    private const string FileName = "admin-token";

    // What an Authorization header can carry whole: no spaces, no control characters, nothing that encodings differ in.
    private static readonly SearchValues<char> Characters =
        SearchValues.Create([.. Enumerable.Range('!', '~' - '!' + 1).Select(character => (char)character)]);

    private readonly byte[] _hash;

    private AdminToken(string token, string? path)
    {
        _hash = Hash(token);
        Path = path;
    }

    /// <summary>The file that it is kept in, null when it was configured.</summary>
    public string? Path { get; }

    /// <summary>What is wrong with a token, as the end of a sentence that does not show it; null when nothing is.</summary>
    public static string? Fault(string token) => token switch
    {
        "" => "is empty",
        { Length: < LengthMin } => $"has fewer than {LengthMin} characters",
        { Length: > LengthMax } => $"has more than {LengthMax} characters",
        _ when token.AsSpan().ContainsAnyExcept(Characters) =>
            "has characters other than ASCII's letters, digits and punctuation (a space at its end, for example)",
        _ => null,
    };

    /// <summary>Takes the configured token, or the one in the data folder, or makes one there.</summary>
    /// <param name="configured">Null or empty for none.</param>
    /// <param name="dataPath">The data folder.</param>
    /// <exception cref="InvalidOperationException">
    /// There is none that may be used; the message says what to do and does not show it.
    /// </exception>
    public static AdminToken Load(string? configured, string dataPath)
    {
        if (!string.IsNullOrEmpty(configured))
        {
            return Fault(configured) is { } fault
                ? throw new InvalidOperationException($"Streaming:Admin:Token {fault}.")
                : new(configured, null);
        }

        var path = System.IO.Path.Combine(dataPath, FileName);
        var kept = Read(path);
        if (kept is null)
        {
            kept = Ids.NewSecret();
            Write(path, kept);
        }
        else if (Fault(kept) is { } fault)
        {
            throw new InvalidOperationException(
                $"The admin token in {path} {fault}. Delete the file to get a new token, or write one of at least {LengthMin} "
                + "characters into it; then start again.");
        }

        return new(kept, path);
    }

    /// <summary>
    /// Whether the request carries the token as <c>Authorization: Bearer</c>. RFC 6750 §2.1; RFC 9110 §11.4: the scheme in
    /// any case, one or more spaces, the token, nothing else.
    /// </summary>
    public bool Admits(HttpRequest request) => Admits(request.Headers.Authorization);

    /// <summary>Whether it carries a token at all.</summary>
    internal static bool IsBearer(StringValues authorization) =>
        authorization is [{ } value] && value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase);

    internal bool Admits(StringValues authorization)
    {
        if (!IsBearer(authorization))
        {
            return false;
        }

        var credentials = authorization.ToString().AsSpan(Scheme.Length);
        var token = credentials.TrimStart(' ');
        return token.Length < credentials.Length && token.Length is >= LengthMin and <= LengthMax
            && CryptographicOperations.FixedTimeEquals(Hash(token.ToString()), _hash);
    }

    private static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    /// <summary>The token that is kept, without the end of its line; null when there is no file.</summary>
    private static string? Read(string path)
    {
        try
        {
            return File.ReadAllText(path) switch
            {
                [.. var token, '\r', '\n'] => token,
                [.. var token, '\n'] => token,
                var token => token,
            };
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidOperationException($"The admin token in {path} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Writes a file beside it, and gives that its name when all of it is on the disk: it is there whole or not at all.</summary>
    private static void Write(string path, string token)
    {
        var unfinished = path + ".new";
        try
        {
            File.Delete(unfinished); // What a crash may have left.
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            using (var file = new FileStream(unfinished, options))
            {
                file.Write(Encoding.ASCII.GetBytes(token + "\n"));
                file.Flush(flushToDisk: true);
            }

            File.Move(unfinished, path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Discard(unfinished);
            throw new InvalidOperationException(
                $"The new admin token cannot be written to {path}. Is the disk full, or may this user not write there? ({e.Message})", e);
        }
    }

    private static void Discard(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next start deletes it.
        }
    }
}
