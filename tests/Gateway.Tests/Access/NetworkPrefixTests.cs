using System.Net;
using Streaming.Gateway.Access;

namespace Streaming.Gateway.Tests.Access;

public sealed class NetworkPrefixTests
{
    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1", true)]
    [InlineData("192.0.2.1", "::ffff:192.0.2.1", true)]
    [InlineData("192.0.2.1", "192.0.2.2", false)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:3::1", false)]
    [InlineData("0.0.0.1", "::1", false)]
    public void Addresses_OfOneClient_AreOne(string one, string other, bool areOne) =>
        Assert.Equal(areOne, NetworkPrefix.Of(IPAddress.Parse(one)) == NetworkPrefix.Of(IPAddress.Parse(other)));

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1")]
    [InlineData("::ffff:192.0.2.1", "192.0.2.1")]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2::/64")]
    public void Prefix_InALine_IsReadable(string address, string text) =>
        Assert.Equal(text, NetworkPrefix.Of(new IPEndPoint(IPAddress.Parse(address), 1)).ToString());
}
