namespace Streaming.Cluster.Naming;

/// <summary>Where the files of broadcasts are in storage, while they are live and as recordings.</summary>
public static class BroadcastFolder
{
    /// <summary>The folder of all broadcasts' folders.</summary>
    public const string Root = "live";

    /// <summary>The folder of the broadcast of that id.</summary>
    public static string Of(string broadcastId) => $"{Root}/{broadcastId}";
}
