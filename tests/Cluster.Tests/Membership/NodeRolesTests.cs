using Streaming.Cluster.Membership;

namespace Streaming.Cluster.Tests.Membership;

public sealed class NodeRolesTests
{
    [Theory]
    [InlineData("ingest,transcode,gateway", "ingest,transcode,gateway")]
    [InlineData("gateway , ingest", "ingest,gateway")]
    [InlineData("transcode", "transcode")]
    public void Parse_SomeOfThem_AreThoseInOrder(string text, string roles)
    {
        Assert.True(NodeRoles.TryParse(text, out var parsed));
        Assert.Equal(roles, parsed.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("ingest,")]
    [InlineData("Ingest")]
    [InlineData("ingest,ingest")]
    [InlineData("ingest,cook")]
    public void Parse_OthersOrOneTwice_IsRefused(string text) => Assert.False(NodeRoles.TryParse(text, out _));
}
