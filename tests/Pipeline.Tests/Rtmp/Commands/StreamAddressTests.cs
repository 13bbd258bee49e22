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

    [Theory]
    [InlineData("/live", "key")]
    [InlineData("live", "key/")]
    [InlineData("live", "key?a=b&c=d")]
    [InlineData("live?x=1", "key")]
    [InlineData("live/key", "")]
    [InlineData("live", "live/key")]
    [InlineData("live/key", "key")]
    [InlineData("live/_definst_", "key")]
    [InlineData("live", "_definst_/key")]
    [InlineData("live", "k%65y")]
    [InlineData("live%2Fkey", "")]
    [InlineData("live", "key%0D%0A")]
    [InlineData("live", "mp4:key")]
    [InlineData("live", "flv:key")]
    [InlineData("live", "key\r\n")]
    [InlineData("live", "\t key \u00A0")]
    [InlineData("live", "\uFEFFkey\u200B")]
    [InlineData("live", "'key'")]
    [InlineData("live", "rtmp://host:1935/live/key")]
    [InlineData("rtmp://host/live", "key")]
    [InlineData("", "live/key")]
    public void Key_WhereverPeopleAndEncodersPutIt_IsFound(string app, string name) =>
        Assert.Equal(new StreamAddress("live", "key"), StreamAddress.From(app, null, name));

    [Theory]
    [InlineData("", "key", "", "key")]
    [InlineData("key", "live", "key", "live")]
    [InlineData("live?key=key", "x", "live", "x")]
    [InlineData("live", "?key=key", "live", "")]
    [InlineData("live", "%", "live", "%")]
    [InlineData("live", "", "live", "")]
    [InlineData("live", "://", "live", "")]
    [InlineData("live/a", "b", "live", "a/b")]
    public void Address_ThatNamesNoKeyWithoutDoubt_IsNotGuessed(string app, string name, string expectedApp, string expectedKey) =>
        Assert.Equal(new StreamAddress(expectedApp, expectedKey), StreamAddress.From(app, "rtmp://host", name));
}
