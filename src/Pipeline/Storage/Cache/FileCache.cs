using System.Buffers;

namespace Streaming.Pipeline.Storage.Cache;

/// <summary>
/// Copies of objects on a local disk, up to a number of bytes: the one that was read longest ago makes room for the next. A file is there
/// whole or not at all; one that goes keeps its bytes for those who read it until they are done. Safe from any thread.
/// </summary>
/// <remarks>
/// It begins empty. After a loss of power a file may have holes that nothing tells of, and what is read from here is not compared with
/// anything: so copies do not outlive their process.
/// </remarks>
internal sealed class FileCache
{
    private const int BufferLength = 64 << 10;

    // No name of an object has it.
    private const char Slash = '~';

    private readonly string _root;
    private readonly long _limitBytes;
    private readonly StorageInstruments? _instruments;
    private readonly Lock _changing = new();
    private readonly Dictionary<string, LinkedListNode<Copy>> _copies = new(StringComparer.Ordinal);
    private readonly LinkedList<Copy> _newestFirst = new();
    private long _usedBytes;
    private long _unfinished;

    /// <param name="root">Its folder. What is in it is deleted.</param>
    /// <param name="limitBytes">Bytes that copies may take, those included that are being made.</param>
    /// <param name="instruments">Told of what goes.</param>
    public FileCache(string root, long limitBytes, StorageInstruments? instruments)
    {
        (_root, _limitBytes, _instruments) = (Path.GetFullPath(root), limitBytes, instruments);
        try
        {
            Empty();
        }
        catch (Exception e) when (IsOfTheDisk(e))
        {
            // Found out again, and told, with the first copy.
        }
    }

    /// <summary>Bytes of all copies, those included that are being made.</summary>
    public long UsedBytes => Interlocked.Read(ref _usedBytes);

    /// <summary>What a disk fails with.</summary>
    public static bool IsOfTheDisk(Exception e) => e is IOException or UnauthorizedAccessException;

    public bool Has(string name)
    {
        lock (_changing)
        {
            return _copies.ContainsKey(name);
        }
    }

    /// <summary>Opens a copy; null when there is none.</summary>
    /// <exception cref="IOException">The disk failed, or too many files are open.</exception>
    /// <exception cref="UnauthorizedAccessException">Likewise.</exception>
    public FileStream? Open(string name)
    {
        lock (_changing)
        {
            if (!_copies.TryGetValue(name, out var copy))
            {
                return null;
            }

            _newestFirst.Remove(copy);
            _newestFirst.AddFirst(copy);
        }

        try
        {
            return new FileStream(
                PathOf(name), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 0, FileOptions.Asynchronous);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            Remove(name); // It has made room in this moment; or somebody else has deleted it.
            return null;
        }
    }

    /// <summary>Copies an object; false when there is no room for it.</summary>
    /// <exception cref="IOException">The object could not be read.</exception>
    /// <exception cref="FileCacheException">The disk failed.</exception>
    public async Task<bool> AddAsync(string name, Stream content, CancellationToken cancellationToken)
    {
        var length = content.Length;
        if (!MakeRoom(length))
        {
            return false;
        }

        var unfinished = Path.Combine(_root, $"{Slash}{Interlocked.Increment(ref _unfinished)}");
        var isAdded = false;
        try
        {
            await CopyAsync(content, length, unfinished, cancellationToken).ConfigureAwait(false);
            isAdded = Add(name, unfinished, length);
            return true;
        }
        finally
        {
            if (!isAdded)
            {
                Interlocked.Add(ref _usedBytes, -length);
                TryDelete(unfinished);
            }
        }
    }

    /// <summary>Forgets an object.</summary>
    public void Remove(string name)
    {
        lock (_changing)
        {
            if (_copies.TryGetValue(name, out var copy))
            {
                Remove(copy);
            }
        }
    }

    /// <summary>Forgets everything below a folder.</summary>
    public void RemoveFolder(string folder)
    {
        lock (_changing)
        {
            foreach (var (name, copy) in _copies)
            {
                if (name.StartsWith(folder, StringComparison.Ordinal) && name.AsSpan(folder.Length) is ['/', ..])
                {
                    Remove(copy);
                }
            }
        }
    }

    private void Empty()
    {
        Directory.CreateDirectory(_root);
        foreach (var file in Directory.EnumerateFiles(_root))
        {
            File.Delete(file);
        }
    }

    /// <summary>Counts a copy that is to be made, and lets those go that it takes the place of; false where that is not enough.</summary>
    private bool MakeRoom(long length)
    {
        lock (_changing)
        {
            if (length > _limitBytes)
            {
                return false;
            }

            while (_usedBytes + length > _limitBytes && _newestFirst.Last is { } oldest)
            {
                Remove(oldest);
                _instruments?.CacheEvicted();
            }

            if (_usedBytes + length > _limitBytes)
            {
                return false; // All of it is copies that are being made.
            }

            Interlocked.Add(ref _usedBytes, length);
            return true;
        }
    }

    private async Task CopyAsync(Stream content, long length, string path, CancellationToken cancellationToken)
    {
        using var file = OnDisk(() =>
        {
            Directory.CreateDirectory(_root);
            return File.OpenHandle(path, FileMode.Create, FileAccess.Write);
        });
        var buffer = ArrayPool<byte>.Shared.Rent(BufferLength);
        try
        {
            var position = 0L;
            int read;
            while ((read = await content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
            {
                OnDisk(() =>
                {
                    RandomAccess.Write(file, buffer.AsSpan(0, read), position);
                    return true;
                });
                position += read;
            }

            if (position != length)
            {
                throw new IOException($"An object of {length:N0} bytes ended after {position:N0}.");
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The copy is whole; false when there was one already.</summary>
    private bool Add(string name, string unfinished, long length)
    {
        lock (_changing)
        {
            if (_copies.ContainsKey(name))
            {
                return false;
            }

            OnDisk(() =>
            {
                File.Move(unfinished, PathOf(name), overwrite: true);
                return true;
            });
            _copies.Add(name, _newestFirst.AddFirst(new Copy(name, length)));
            return true;
        }
    }

    private void Remove(LinkedListNode<Copy> copy)
    {
        _newestFirst.Remove(copy);
        _copies.Remove(copy.Value.Name);
        Interlocked.Add(ref _usedBytes, -copy.Value.Length);
        TryDelete(PathOf(copy.Value.Name));
    }

    private static T OnDisk<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (IsOfTheDisk(e))
        {
            throw new FileCacheException(e);
        }
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (IsOfTheDisk(e))
        {
            // It is overwritten by the next of its name, and deleted by the next start.
        }
    }

    private string PathOf(string name) => Path.Combine(_root, name.Replace('/', Slash));

    private readonly record struct Copy(string Name, long Length);
}
