namespace Streaming.Pipeline.Tests.Cmaf;

/// <summary>
/// Texts that a test compares with, in <c>Golden</c> beside it. Run the tests with <c>UPDATE_GOLDEN=1</c> in the
/// environment to write them anew, then read the difference before committing it.
/// </summary>
internal static class GoldenFile
{
    public static void AssertMatches(string name, string actual)
    {
        var path = Path.Combine(Repository.Root, "tests", "Pipeline.Tests", "Cmaf", "Golden", name);
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            File.WriteAllText(path, actual);
        }

        Assert.True(File.Exists(path), $"{path} is missing. Run the tests with UPDATE_GOLDEN=1 to write it.");
        Assert.Equal(File.ReadAllText(path), actual);
    }
}
