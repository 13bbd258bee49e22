using Microsoft.Win32.SafeHandles;

namespace Streaming.Pipeline.Storage.Disk;

/// <summary>
/// Media files in a folder. A file is written under another name and renamed when it is whole, so that readers and a
/// restart after a crash see all of it or nothing.
/// </summary>
public sealed class DiskStorage : IMediaStorage
{
    private const string Unfinished = ".unfinished";

    private readonly string _root;
    private readonly long _limitBytes;

    // What is there and what is counted change together.
    private readonly Lock _changing = new();
    private long _usedBytes;
    private long _writes;

    /// <param name="root">The folder; made when missing. What is in it counts as stored.</param>
    /// <param name="limitBytes">Bytes that may be stored.</param>
    public DiskStorage(string root, long limitBytes)
    {
        _root = Path.GetFullPath(root);
        _limitBytes = limitBytes;
        Directory.CreateDirectory(_root);
        foreach (var file in new DirectoryInfo(_root).EnumerateFiles("*", SearchOption.AllDirectories))
        {
            if (file.Name.EndsWith(Unfinished, StringComparison.Ordinal))
            {
                file.Delete();
            }
            else
            {
                _usedBytes += file.Length;
            }
        }
    }

    public long UsedBytes => Interlocked.Read(ref _usedBytes);

    public bool HasFiles => true;

    /// <remarks>Files are written in the calling thread: the kernel takes them into its cache, nothing is waited for.</remarks>
    public Task WriteAsync(
        string name, IReadOnlyList<ReadOnlyMemory<byte>> content, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var path = PathOf(name);
        long length = 0;
        foreach (var piece in content)
        {
            length += piece.Length;
        }

        if (Interlocked.Add(ref _usedBytes, length) > _limitBytes)
        {
            Interlocked.Add(ref _usedBytes, -length);
            throw new StorageFullException(_limitBytes);
        }

        var unfinished = $"{path}.{Interlocked.Increment(ref _writes)}{Unfinished}";
        try
        {
            using (var file = Create(unfinished))
            {
                RandomAccess.Write(file, content, 0);
            }

            lock (_changing)
            {
                var replaced = new FileInfo(path) is { Exists: true } old ? old.Length : 0;
                File.Move(unfinished, path, overwrite: true);
                Interlocked.Add(ref _usedBytes, -replaced);
            }

            return Task.CompletedTask;
        }
        catch
        {
            Interlocked.Add(ref _usedBytes, -length);
            File.Delete(unfinished);
            throw;
        }
    }

    public Task<Stream?> OpenAsync(string name, CancellationToken cancellationToken)
    {
        var path = PathOf(name);
        try
        {
            // Unbuffered: readers copy in large blocks.
            return Task.FromResult<Stream?>(new FileStream(
                path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 0, FileOptions.Asynchronous));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException || Directory.Exists(path))
        {
            return Task.FromResult<Stream?>(null);
        }
    }

    public Task DeleteAsync(string name, CancellationToken cancellationToken)
    {
        var path = PathOf(name);
        lock (_changing)
        {
            if (new FileInfo(path) is { Exists: true } file)
            {
                var length = file.Length;
                file.Delete();
                Interlocked.Add(ref _usedBytes, -length);
            }
        }

        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<string>> ListFoldersAsync(string folder, CancellationToken cancellationToken)
    {
        var directory = new DirectoryInfo(PathOf(folder));
        return Task.FromResult<IReadOnlyList<string>>(
            directory.Exists ? [.. directory.EnumerateDirectories().Select(inner => inner.Name)] : []);
    }

    public Task DeleteFolderAsync(string folder, CancellationToken cancellationToken)
    {
        var path = PathOf(folder);
        lock (_changing)
        {
            if (new DirectoryInfo(path) is { Exists: true } directory)
            {
                var length = directory.EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);
                directory.Delete(recursive: true);
                Interlocked.Add(ref _usedBytes, -length);
            }
        }

        return Task.CompletedTask;
    }

    private static SafeFileHandle Create(string path)
    {
        try
        {
            return Open();
        }
        catch (DirectoryNotFoundException)
        {
            // The first file of a folder; the others find it there.
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            return Open();
        }

        // Sharing is harmless under a name that nobody knows, and saves locking the file.
        SafeFileHandle Open() => File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite);
    }

    private string PathOf(string name) => Path.Combine(_root, StorageName.Check(name));
}
