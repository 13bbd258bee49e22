using Streaming.Gateway.Connections;

namespace Streaming.Gateway.Tests.Connections;

/// <summary>Whose the files are that a process may open.</summary>
public sealed class OpenFilesTests
{
    [Theory]
    [InlineData(300, 282, 278)]
    [InlineData(1_024, 960, 944)]
    [InlineData(20_000, 19_488, 19_360)]
    [InlineData(1_048_576, 1_048_064, 1_047_936)]
    public void Limit_OfAnyLength_LeavesSomeToBroadcastersAndSomeToTheNode(int limit, int forBroadcasters, int forViewers)
    {
        var files = new OpenFiles(limit);
        Assert.Equal(forBroadcasters, files.ForBroadcasters);
        Assert.Equal(forViewers, files.ForViewers);
    }

    [Fact]
    public void File_WithTheNumberOfABound_IsBeyondIt()
    {
        using var file = File.OpenHandle("/dev/null");
        var number = (int)file.DangerousGetHandle();
        Assert.False(Bounded(number).IsForViewers(file));
        Assert.True(Bounded(number + 1).IsForViewers(file));

        static OpenFiles Bounded(int forViewers) =>
            Enumerable.Range(forViewers, 1_000).Select(limit => new OpenFiles(limit)).First(files => files.ForViewers == forViewers);
    }
}
