namespace Streaming.Pipeline.Storage.Disk;

/// <summary>
/// Tells whether a folder is on the volume that a node's media belong on. The node's data folder has a file
/// <c>identity</c>, and the media folder a file <c>.identity</c> that says the same: an empty mount point has none, and another
/// node's volume has another. Both are made at the first start, when there is nothing yet.
/// </summary>
/// <param name="dataPath">The node's data folder.</param>
/// <param name="root">The folder of its media.</param>
/// <param name="known">
/// Folders of media, relative to <paramref name="root"/>, that the node knows of. A volume without an identity that has one of
/// them is ours: it is from before there were identities.
/// </param>
public sealed class MediaVolume(string dataPath, string root, Func<IReadOnlyCollection<string>> known)
{
    private readonly string _ours = Path.Combine(dataPath, IdentityFile.Name);
    private readonly string _theirs = Path.Combine(root, ".identity");
    private readonly Lock _taking = new();

    /// <summary>Why the volume is not the right one, in a sentence; null when it is.</summary>
    public string? Problem()
    {
        try
        {
            if (IdentityFile.Read(_ours) is { } ours && ours == IdentityFile.Read(_theirs))
            {
                return null;
            }

            lock (_taking)
            {
                // Who comes at the same time finds the identity that another has given, and gives none of its own.
                return Problem(IdentityFile.Read(_ours), IdentityFile.Read(_theirs));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"The media folder {root} cannot be used: {e.Message}";
        }
    }

    /// <summary>The identity of the volume that is ours, given to it where all is new; null while there is none.</summary>
    public string? Identity()
    {
        _ = Problem();
        return IdentityFile.Read(_ours);
    }

    private string? Problem(string? ours, string? theirs)
    {
        if (ours is not null && ours == theirs)
        {
            return null;
        }

        if (theirs is null)
        {
            return Take(ours);
        }

        if (ours is not null)
        {
            return $"The media folder {root} belongs to another data folder ({theirs}, ours is {ours}): mount the volume of "
                + $"this node there. If it is the right one, copy {_ours} to {_theirs}.";
        }

        if (HasMedia())
        {
            return $"The media folder {root} belongs to another data folder ({theirs}), and {dataPath} has no identity: a "
                + $"data folder was lost, or the wrong volume is mounted. If it is the right one, copy {_theirs} to {_ours}.";
        }

        IdentityFile.Write(_ours, theirs); // A first start was cut off between the two.
        return null;
    }

    /// <summary>The media folder has no identity: takes it if it is ours or everything is new.</summary>
    private string? Take(string? ours)
    {
        var folders = known();
        var isNew = ours is null && folders.Count == 0;
        var identity = ours ?? IdentityFile.New();
        if (!isNew && !folders.Any(folder => Directory.Exists(Path.Combine(root, folder))))
        {
            if (ours is null)
            {
                IdentityFile.Write(_ours, identity);
            }

            return $"The media volume is not there: {root} has no file .identity and none of the media that this node knows. "
                + $"Mount it there. If that folder is meant to be empty, copy {_ours} to {_theirs}.";
        }

        Directory.CreateDirectory(root);
        IdentityFile.Write(_theirs, identity);
        if (ours is null)
        {
            IdentityFile.Write(_ours, identity);
        }

        return null;
    }

    private bool HasMedia() => Directory.EnumerateDirectories(root).Any(folder => Directory.EnumerateFileSystemEntries(folder).Any());
}
