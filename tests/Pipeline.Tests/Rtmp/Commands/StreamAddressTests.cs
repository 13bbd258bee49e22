using Streaming.Pipeline.Rtmp.Commands;

namespace Streaming.Pipeline.Tests.Rtmp.Commands;

public sealed class StreamAddressTests
{
    [Theory]
    [InlineData("live", "rtmp://h/live", "key", "live", "key")]
    [InlineData("live", null, "key?token=1&x=/a", "live", "key")]
    [InlineData("live/", null, "/key", "live", "key")]
    [InlineData("live?vhost=a/b", null, "key", "live", "key")]
    [InlineData("live", null, "show/camera/1", "live", "show/camera/1")]
    [InlineData("live/show", null, "key", "live", "show/key")]
    [InlineData("live/key", null, "", "live", "key")]
    [InlineData("live/key", null, null, "live", "key")]
    [InlineData("live/key", null, "?token=1", "live", "key")]
    [InlineData(null, "rtmp://host:1935/live", "key", "live", "key")]
    [InlineData("", "\"rtmp://host/live/\"", "key", "live", "key")]
    [InlineData("\"live\"", "\"rtmp://host/live\"", "\"key\"", "live", "key")]
    [InlineData("live", "not an address", "key", "live", "key")]
    [InlineData(null, "rtmp://host", "key", "", "key")]
    [InlineData(null, null, null, "", "")]
    public void Address_AsEncodersGiveIt_IsDivided(string? app, string? tcUrl, string? name, string expectedApp, string expectedKey) =>
        Assert.Equal(new StreamAddress(expectedApp, expectedKey), StreamAddress.From(app, tcUrl, name));
}
