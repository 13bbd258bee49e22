namespace Streaming.Pipeline.Storage.Disk;

/// <summary>Whether a folder takes files now, found out by writing one.</summary>
public static class WriteProbe
{
    /// <summary>Bytes that have to be free: two seconds of a broadcast of 16 Mbit/s.</summary>
    public const long FreeBytesMin = 4 << 20;

    private const string Name = ".probe";

    /// <summary>Writes a small file, waits until it is on the disk, and removes it.</summary>
    /// <exception cref="IOException">It could not be written, or hardly anything is free.</exception>
    public static void Try(string folder)
    {
        var path = Path.Combine(folder, Name);
        try
        {
            // Gone when it is closed, also where it could not be written.
            using var file = new FileStream(
                path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose);
            file.Write(new byte[4096]);
            file.Flush(flushToDisk: true);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException(e.Message, e);
        }

        var free = new DriveInfo(folder).AvailableFreeSpace;
        if (free < FreeBytesMin)
        {
            throw new IOException($"The disk of {folder} is full: {free:N0} bytes are free, {FreeBytesMin:N0} are needed at least.");
        }
    }
}
