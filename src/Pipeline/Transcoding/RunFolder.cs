using System.Net.Sockets;
using Streaming.Pipeline.Processes;

namespace Streaming.Pipeline.Transcoding;

/// <summary>
/// The temporary folder of a run's sockets. A file in it is locked for as long as the process lives that made it: what a killed
/// one left is known by that, whatever has become of its process id.
/// </summary>
public sealed class RunFolder : IDisposable
{
    private const string Prefix = "transcode-";
    private const string OwnerName = "owner";

    private readonly FileStream _owner;

    private RunFolder(string path, FileStream owner) => (Path, _owner) = (path, owner);

    internal string Path { get; }

    /// <exception cref="IOException">There is no room for it, or no folder for temporary files.</exception>
    internal static RunFolder Create()
    {
        var path = CreateFolder();
        try
        {
            return new(path, Lock(System.IO.Path.Combine(path, OwnerName), FileMode.CreateNew));
        }
        catch
        {
            TryDelete(path);
            throw;
        }
    }

    /// <summary>
    /// Deletes what servers left that were killed, and ends what still runs for them. What is in use, is not known or belongs to
    /// somebody else is left alone. Returns what was deleted.
    /// </summary>
    public static IReadOnlyList<string> DeleteAbandoned()
    {
        var deleted = new List<string>();
        var temporary = System.IO.Path.GetTempPath();
        if (!Directory.Exists(temporary))
        {
            return deleted;
        }

        foreach (var path in Directory.EnumerateDirectories(temporary, Prefix + "*", new EnumerationOptions { IgnoreInaccessible = true }))
        {
            try
            {
                // Held until the folder is gone: of two servers that start at once, one deletes it.
                using var owner = Lock(System.IO.Path.Combine(path, OwnerName), FileMode.Open);
                Orphans.End(path + System.IO.Path.DirectorySeparatorChar);
                Directory.Delete(path, recursive: true);
                deleted.Add(path);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Its owner lives, it has none (and is no folder of ours), or it is another user's.
            }
        }

        return deleted;
    }

    /// <summary>Where a rung's socket is.</summary>
    /// <exception cref="IOException">The path is too long for a socket.</exception>
    internal UnixDomainSocketEndPoint EndPointOf(LadderRung rung)
    {
        var path = SocketOf(rung);
        try
        {
            return new UnixDomainSocketEndPoint(path);
        }
        catch (ArgumentException)
        {
            throw new IOException(
                $"'{path}' is too long for the name of a socket; choose a shorter folder for temporary files (TMPDIR)");
        }
    }

    internal string SocketOf(LadderRung rung) => System.IO.Path.Combine(Path, rung.Name + ".sock");

    /// <summary>Deletes it. What cannot be deleted now, the next start of the server deletes.</summary>
    public void Dispose()
    {
        TryDelete(Path);
        _owner.Dispose();
    }

    private static string CreateFolder()
    {
        try
        {
            return Directory.CreateTempSubdirectory(Prefix).FullName;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"there is no place for temporary files in '{System.IO.Path.GetTempPath()}' (TMPDIR): {e.Message}", e);
        }
    }

    private static FileStream Lock(string path, FileMode mode) => new(path, mode, FileAccess.ReadWrite, FileShare.None);

    private static void TryDelete(string path)
    {
        try
        {
            Directory.Delete(path, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Gone already, or the next start's work.
        }
    }
}
