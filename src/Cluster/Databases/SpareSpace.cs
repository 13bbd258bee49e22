namespace Streaming.Cluster.Databases;

/// <summary>
/// A file that takes up space beside a database, to be given up where the disk is full: even to delete something, SQLite
/// writes first.
/// </summary>
internal sealed class SpareSpace(string path)
{
    /// <summary>Bytes: some sixty pages, several times what a small transaction writes.</summary>
    public const int Length = 256 << 10;

    /// <summary>Makes the file if it is not there and there is room.</summary>
    public void Keep()
    {
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: >= Length })
            {
                return;
            }

            using var file = new FileStream(path, FileMode.Create, FileAccess.Write);
            file.Write(new byte[Length]);
            file.Flush(flushToDisk: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // No room as yet: another time.
        }
    }

    /// <summary>Gives the space back to the disk; false when there is none.</summary>
    public bool Give()
    {
        try
        {
            var isKept = File.Exists(path);
            File.Delete(path);
            return isKept;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
