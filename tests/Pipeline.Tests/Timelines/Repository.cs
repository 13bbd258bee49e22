namespace Streaming.Pipeline.Tests.Timelines;

/// <summary>Files of the source tree that tests read.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot(AppContext.BaseDirectory);

    /// <summary>
    /// Compares with a file of the tree; writes it instead when STREAMING_UPDATE_GOLDEN is set to 1.
    /// </summary>
    public static void AssertGolden(string actual, params string[] path)
    {
        var file = Path.Combine([Root, .. path]);
        if (Environment.GetEnvironmentVariable("STREAMING_UPDATE_GOLDEN") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, actual);
        }

        Assert.True(File.Exists(file), $"{file} is missing: set STREAMING_UPDATE_GOLDEN=1 to write it.");
        Assert.Equal(File.ReadAllText(file), actual);
    }

    private static string FindRoot(string directory) =>
        File.Exists(Path.Combine(directory, "AkkaStreaming.sln"))
            ? directory
            : FindRoot(Path.GetDirectoryName(directory) ?? throw new DirectoryNotFoundException("AkkaStreaming.sln"));
}
