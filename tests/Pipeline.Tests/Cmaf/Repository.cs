namespace Streaming.Pipeline.Tests.Cmaf;

/// <summary>Where the sources are, for tests that read files of theirs.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "AkkaStreaming.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException($"No AkkaStreaming.sln above {AppContext.BaseDirectory}.");
    }
}
