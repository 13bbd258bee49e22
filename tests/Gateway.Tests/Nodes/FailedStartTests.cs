using Streaming.Cluster.Tests.Databases;

namespace Streaming.Gateway.Tests.Nodes;

/// <summary>A start that cannot be: the program says why in sentences, without a stack, and ends with 1.</summary>
public sealed class FailedStartTests(SharedPostgres postgres)
{
    [Fact]
    public async Task Start_WithWrongSettings_SaysAllOfThemAndEnds()
    {
        await using var node = NodeProcess.Start(
            null, ("Rtmp:IdleTimeout", "00:00:01"), ("Http:Port", "many"), ("Storage:Size", "3"), ("Admin:Token", "too-short-a-one"));

        Assert.Equal(1, await node.ExitAsync());
        Assert.Contains(node.Output, line => line.StartsWith("Streaming:Rtmp:IdleTimeout is 00:00:01;", StringComparison.Ordinal));
        Assert.Contains("Streaming:Http:Port is 'many'; it has to be a whole number.", node.Output);
        Assert.Contains("There is no setting Streaming:Storage:Size.", node.Output);
        Assert.Contains(node.Output, line => line.StartsWith("Streaming:Admin:Token has fewer than 16", StringComparison.Ordinal));
        AssertNoStackAndNo("too-short-a-one", node);
    }

    [Fact]
    public async Task Start_WithAnEmptyTokenKept_SaysWhichFileAndWhatToDo()
    {
        await using var node = NodeProcess.Start(data => File.WriteAllText(Path.Combine(data, "admin-token"), ""));

        Assert.Equal(1, await node.ExitAsync());
        var sentence = Assert.Single(node.Output);
        Assert.Contains(Path.Combine(node.DataPath, "admin-token") + " is empty. Delete the file", sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WithAConfigurationThatIsNoHocon_SaysWhere()
    {
        await using var node = NodeProcess.Start(data => File.WriteAllText(Path.Combine(data, "cluster.hocon"), "{ \"Streaming\": "));

        Assert.Equal(1, await node.ExitAsync());
        Assert.Contains("cluster.hocon, line 1: this '{' has no end.", Assert.Single(node.Output), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WithManyMistakesInTheFile_SaysAllOfThem()
    {
        await using var node = NodeProcess.Start(data => File.WriteAllText(
            Path.Combine(data, "cluster.hocon"),
            "steaming { }\nstreaming { segments { targt = 2s, window = 1s }\n http.port = many }"));

        Assert.Equal(1, await node.ExitAsync());
        Assert.Equal(
            [
                $"{Path.Combine(node.DataPath, "cluster.hocon")} has a group 'steaming', which there is not. Did you mean streaming?",
                "There is no setting Streaming:Segments:Targt. Did you mean Streaming:Segments:Target?",
                "Streaming:Segments:Window is 00:00:01; it has to be from 00:00:12 to 12:00:00.",
            ],
            node.Output);
    }

    [Theory]
    [InlineData("cluster.hocon", "akka.actor.provider = nonsense", "Akka.NET does not start with what is configured below 'akka': ")]
    [InlineData(
        "events.db", "This is no database but a text, longer than the header of a database: 100 bytes and more. The rest is this.", "The database ")]
    public async Task Start_WhereTheActorSystemCannotBe_SaysWhy(string file, string text, string sentence)
    {
        await using var node = NodeProcess.Start(data => File.WriteAllText(Path.Combine(data, file), text));

        Assert.Equal(1, await node.ExitAsync());
        Assert.StartsWith(sentence, node.Output[^1], StringComparison.Ordinal);
        AssertNoStackAndNo("crit:", node);
    }

    [Theory]
    [InlineData(
        "Host=127.0.0.1;Port=1;Database=d;Username=u;Password=a-secret", "The PostgreSQL database 'd' at 127.0.0.1:1 cannot be used: ")]
    [InlineData("Host=h;Database=d;Password=x;a-secret=y", "Streaming:Cluster:Database cannot be read; it has to be like 'Host=")]
    [InlineData("postgresql://u:a-secret@h/d", "Streaming:Cluster:Database cannot be read; it has to be like 'Host=")]
    public async Task Start_WithADatabaseThatCannotBeUsed_SaysWhyInOneSentence(string address, string sentence)
    {
        await using var node = NodeProcess.Start(null, ("Cluster:Database", address));

        Assert.Equal(1, await node.ExitAsync());
        Assert.StartsWith(sentence, node.Output[^1], StringComparison.Ordinal);
        AssertNoStackAndNo("a-secret", node);
        AssertNoStackAndNo("crit:", node);
    }

    [Fact]
    public async Task Start_WithAWrongPassword_SaysWhatTheServerSays()
    {
        var address = (await postgres.ServerAsync()).AddressOf("postgres", password: "a-secret");
        await using var node = NodeProcess.Start(null, ("Cluster:Database", address));

        Assert.Equal(1, await node.ExitAsync());
        Assert.Contains(
            "the server says: password authentication failed for user \"streaming\" (28P01).", node.Output[^1], StringComparison.Ordinal);
        AssertNoStackAndNo("a-secret", node);
    }

    [Fact]
    public async Task Start_OnAPortThatIsTaken_SaysSoInTheLastLine()
    {
        await using var first = NodeProcess.Start(null);
        var port = (await first.AddressAsync()).Port;
        await using var second = NodeProcess.Start(null, ("Http:Port", $"{port}"));

        Assert.Equal(1, await second.ExitAsync());
        Assert.Contains($"{port}: address already in use", second.Output[^1], StringComparison.Ordinal);
        AssertNoStackAndNo("crit:", second);
    }

    private static void AssertNoStackAndNo(string text, NodeProcess node)
    {
        Assert.All(node.Output, line => Assert.DoesNotContain("   at ", line, StringComparison.Ordinal));
        Assert.All(node.Output, line => Assert.DoesNotContain(text, line, StringComparison.Ordinal));
    }
}
