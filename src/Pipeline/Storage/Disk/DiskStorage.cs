using Microsoft.Win32.SafeHandles;

namespace Streaming.Pipeline.Storage.Disk;

/// <summary>
/// Media files in a folder. A file is written under another name and renamed when it is whole, so that readers and a
/// restart after a crash see all of it or nothing.
/// </summary>
public sealed class DiskStorage : IMediaStorage
{
    private const string Unfinished = ".unfinished";

    private static readonly EnumerationOptions Everything = new()
    {
        RecurseSubdirectories = true,
        AttributesToSkip = FileAttributes.None,
        IgnoreInaccessible = true, // Such as lost+found.
    };

    private readonly string _root;
    private readonly long _limitBytes;
    private readonly MediaVolume? _volume;
    private readonly bool _isFlushed;

    // What is there and what is counted change together.
    private readonly Lock _changing = new();
    private long _usedBytes;
    private long _writes;
    private bool _isCounted;

    /// <param name="root">The folder; made when missing. What is in it counts as stored.</param>
    /// <param name="limitBytes">Bytes that may be stored.</param>
    /// <param name="volume">
    /// Knows whether the folder is on the right volume. While it is not, nothing is made, written or deleted in it; it is looked
    /// for again with every use. Without: any will do.
    /// </param>
    /// <param name="isFlushed">A file has its name when it is on the disk itself: a loss of power leaves none that is not whole.</param>
    public DiskStorage(string root, long limitBytes, MediaVolume? volume = null, bool isFlushed = false)
    {
        _root = Path.GetFullPath(root);
        _limitBytes = limitBytes;
        _volume = volume;
        _isFlushed = isFlushed;
        if (volume is null)
        {
            Directory.CreateDirectory(_root);
        }

        if (volume?.Problem() is null)
        {
            Count();
        }
    }

    public long? UsedBytes => Interlocked.Read(ref _usedBytes);

    public bool HasFiles => true;

    public int WritesAtOnce => 1;

    /// <remarks>Files are written in the calling thread: the kernel takes them into its cache, nothing is waited for.</remarks>
    public Task WriteAsync(
        string name, IReadOnlyList<ReadOnlyMemory<byte>> content, long epoch, CancellationToken cancellationToken)
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
                if (_isFlushed)
                {
                    RandomAccess.FlushToDisk(file);
                }
            }

            lock (_changing)
            {
                var replaced = new FileInfo(path) is { Exists: true } old ? old.Length : 0;
                File.Move(unfinished, path, overwrite: true);
                Interlocked.Add(ref _usedBytes, -replaced);
            }

            return Task.CompletedTask;
        }
        catch (Exception e)
        {
            Interlocked.Add(ref _usedBytes, -length);
            if (File.Exists(unfinished))
            {
                File.Delete(unfinished);
            }

            if (e is UnauthorizedAccessException)
            {
                throw Refused(e);
            }

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
        catch (UnauthorizedAccessException e)
        {
            throw Refused(e);
        }
    }

    public Task DeleteAsync(string name, CancellationToken cancellationToken)
    {
        var path = PathOf(name);
        if (!DeleteFile(new FileInfo(path)))
        {
            RequireVolume();
        }

        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<string>> ListFoldersAsync(string folder, CancellationToken cancellationToken)
    {
        var directory = new DirectoryInfo(PathOf(folder));
        RequireVolume();
        return Task.FromResult<IReadOnlyList<string>>(directory.Exists
            ? [.. directory.EnumerateDirectories().Select(inner => inner.Name).Where(StorageName.IsValid)]
            : []);
    }

    public IAsyncEnumerable<StoredObject> ListAsync(string folder, CancellationToken cancellationToken)
    {
        var directory = new DirectoryInfo(PathOf(folder));
        RequireVolume();
        return !directory.Exists
            ? AsyncEnumerable.Empty<StoredObject>()
            : directory.EnumerateFiles("*", Everything)
                .Select(file => new StoredObject(Path.GetRelativePath(_root, file.FullName), file.Length))
                .Where(stored => StorageName.IsValid(stored.Name) && !stored.Name.EndsWith(Unfinished, StringComparison.Ordinal))
                .ToAsyncEnumerable();
    }

    public Task DeleteFolderAsync(string folder, CancellationToken cancellationToken)
    {
        var directory = new DirectoryInfo(PathOf(folder));
        RequireVolume();
        if (directory.Exists)
        {
            // File by file: writers wait for one of them at most.
            foreach (var file in directory.EnumerateFiles("*", Everything))
            {
                DeleteFile(file);
            }

            DeleteDirectory(directory);
        }

        return Task.CompletedTask;
    }

    public Task CheckAsync(CancellationToken cancellationToken)
    {
        RequireVolume();
        if (Interlocked.Read(ref _usedBytes) >= _limitBytes)
        {
            throw new StorageFullException(_limitBytes);
        }

        WriteProbe.Try(_root);
        return Task.CompletedTask;
    }

    /// <exception cref="StorageUnavailableException">The folder is not on the right volume.</exception>
    private void RequireVolume()
    {
        if (_volume?.Problem() is { } problem)
        {
            throw new StorageUnavailableException(problem);
        }

        if (!Volatile.Read(ref _isCounted))
        {
            Count();
        }
    }

    /// <summary>What is on the volume when it is first seen, before anything is written. What a crash left unfinished goes.</summary>
    private void Count()
    {
        lock (_changing)
        {
            if (_isCounted)
            {
                return;
            }

            var bytes = 0L;
            foreach (var file in new DirectoryInfo(_root).EnumerateFiles("*", Everything))
            {
                if (!StorageName.IsValid(file.Name))
                {
                    continue; // No object of ours, such as the volume's identity.
                }

                if (file.Name.EndsWith(Unfinished, StringComparison.Ordinal))
                {
                    file.Delete();
                }
                else
                {
                    bytes += file.Length;
                }
            }

            Interlocked.Add(ref _usedBytes, bytes);
            Volatile.Write(ref _isCounted, true);
        }
    }

    /// <summary>Deletes a file; false when it is not there.</summary>
    private bool DeleteFile(FileInfo file)
    {
        lock (_changing)
        {
            file.Refresh();
            if (!file.Exists)
            {
                return false;
            }

            var length = file.Length;
            try
            {
                file.Delete();
            }
            catch (UnauthorizedAccessException e)
            {
                throw Refused(e);
            }

            Interlocked.Add(ref _usedBytes, -length);
            return true;
        }
    }

    private static void DeleteDirectory(DirectoryInfo directory)
    {
        try
        {
            directory.Delete(recursive: true);
        }
        catch (UnauthorizedAccessException e)
        {
            throw Refused(e);
        }
    }

    private static StorageUnavailableException Refused(Exception cause) => new(cause.Message, cause);

    private SafeFileHandle Create(string path)
    {
        try
        {
            return Open();
        }
        catch (DirectoryNotFoundException)
        {
            // The first file of a folder; the others find it there. Or else the volume has gone: an empty mount point has none.
            RequireVolume();
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            return Open();
        }

        // Sharing is harmless under a name that nobody knows, and saves locking the file.
        SafeFileHandle Open() => File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite);
    }

    private string PathOf(string name) => Path.Combine(_root, StorageName.Check(name));
}
