namespace Streaming.Pipeline.Storage;

/// <summary>The file that says which data folder this is, so that no other node's media are taken for its own.</summary>
internal static class IdentityFile
{
    /// <summary>Its name in the data folder.</summary>
    public const string Name = "identity";

    // A GUID is what we write; what somebody else wrote there is cut before it is told.
    private const int LengthMax = 64;

    public static string New() => Guid.NewGuid().ToString("N");

    /// <summary>What it says; null when it is not there.</summary>
    public static string? Read(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        using var reader = new StreamReader(path);
        return Read(reader);
    }

    public static string Read(TextReader reader)
    {
        var text = new char[LengthMax];
        var length = reader.ReadBlock(text);
        return new string([.. text.Take(length).Where(char.IsAsciiLetterOrDigit)]);
    }

    /// <summary>Writes the file whole or not at all, and on the disk itself.</summary>
    public static void Write(string path, string identity)
    {
        var unfinished = path + ".unfinished";
        using (var file = new FileStream(unfinished, FileMode.Create, FileAccess.Write))
        {
            file.Write(System.Text.Encoding.ASCII.GetBytes(identity + "\n"));
            file.Flush(flushToDisk: true);
        }

        File.Move(unfinished, path, overwrite: true);
    }
}
