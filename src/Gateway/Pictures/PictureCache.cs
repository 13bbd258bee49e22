namespace Streaming.Gateway.Pictures;

/// <summary>
/// Pictures that were made, up to a number of bytes: those that nobody wanted for the longest time go first. Each is
/// made once, however many want it at the same time. Safe from any thread.
/// </summary>
internal sealed class PictureCache(long bytesMax)
{
    private readonly Lock _using = new();
    private readonly Dictionary<PictureKey, LinkedListNode<(PictureKey Key, Picture Picture)>> _made = [];
    private readonly LinkedList<(PictureKey Key, Picture Picture)> _newestFirst = new();
    private readonly Dictionary<PictureKey, Task<Picture>> _making = [];
    private long _bytes;

    /// <summary>Bytes of the pictures that are kept.</summary>
    public long Bytes
    {
        get
        {
            lock (_using)
            {
                return _bytes;
            }
        }
    }

    /// <summary>The picture, made by <paramref name="make"/> unless it is there or on its way.</summary>
    public Task<Picture> GetAsync(PictureKey key, Func<Task<Picture>> make)
    {
        TaskCompletionSource<Picture> making;
        lock (_using)
        {
            if (_made.TryGetValue(key, out var node))
            {
                _newestFirst.Remove(node);
                _newestFirst.AddFirst(node);
                return Task.FromResult(node.Value.Picture);
            }

            if (_making.TryGetValue(key, out var underWay))
            {
                return underWay;
            }

            making = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _making.Add(key, making.Task);
        }

        _ = MakeAsync(key, make, making);
        return making.Task;
    }

    private async Task MakeAsync(PictureKey key, Func<Task<Picture>> make, TaskCompletionSource<Picture> making)
    {
        try
        {
            var picture = await make();
            Keep(key, picture);
            making.SetResult(picture);
        }
        catch (Exception e)
        {
            Keep(key, Picture.None);
            making.SetException(e);
        }
    }

    /// <summary>The next who wants it finds it, or makes it anew.</summary>
    private void Keep(PictureKey key, Picture picture)
    {
        lock (_using)
        {
            _making.Remove(key);
            if (picture.Outcome != PictureOutcome.Made || picture.Jpeg.Length > bytesMax)
            {
                return;
            }

            _made.Add(key, _newestFirst.AddFirst((key, picture)));
            _bytes += picture.Jpeg.Length;
            while (_bytes > bytesMax)
            {
                var oldest = _newestFirst.Last!.Value;
                _newestFirst.RemoveLast();
                _made.Remove(oldest.Key);
                _bytes -= oldest.Picture.Jpeg.Length;
            }
        }
    }
}
