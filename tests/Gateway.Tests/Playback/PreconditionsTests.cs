using Microsoft.AspNetCore.Http;
using Streaming.Gateway.Playback;

namespace Streaming.Gateway.Tests.Playback;

/// <summary>Conditions on a file of 1,000 bytes that never changes, whose entity tag is "3e8". RFC 9110 §13 and §14.</summary>
public sealed class PreconditionsTests
{
    private const string Tag = "\"3e8\"";

    [Theory]
    [InlineData("GET", 200, "0-1000")]
    [InlineData("HEAD", 200, null)]
    public void Answer_WithoutConditions_HasAStrongTag(string method, int status, string? sent)
    {
        var response = Ask(method, out var range);

        Assert.Equal((status, sent), (response.StatusCode, Written(range)));
        Assert.Equal(Tag, response.Headers.ETag);
        Assert.Equal(1000, response.ContentLength);
    }

    [Theory]
    [InlineData("\"3e8\"", 304)]
    [InlineData("W/\"3e8\"", 304)]
    [InlineData("\"other\", W/\"3e8\"", 304)]
    [InlineData("*", 304)]
    [InlineData("\"other\"", 200)]
    [InlineData("\"3e8", 200)]
    [InlineData("3e8", 200)]
    public void IfNoneMatch_IsComparedWeakly(string known, int status)
    {
        foreach (var method in (string[])["GET", "HEAD"])
        {
            var response = Ask(method, out var range, ("If-None-Match", known));

            Assert.Equal(status, response.StatusCode);
            Assert.Equal(Tag, response.Headers.ETag);
            Assert.Equal(MediaTypes.Immutable, response.Headers.CacheControl);
            Assert.Equal(status == 200 && method == "GET" ? "0-1000" : null, Written(range));
            Assert.Equal(status == 200 ? 1000 : null, response.ContentLength);
        }
    }

    [Theory]
    [InlineData("\"3e8\"", 200)]
    [InlineData("*", 200)]
    [InlineData("\"other\", \"3e8\"", 200)]
    [InlineData("W/\"3e8\"", 412)]
    [InlineData("\"other\"", 412)]
    public void IfMatch_IsComparedStrongly(string wanted, int status)
    {
        foreach (var method in (string[])["GET", "HEAD"])
        {
            var response = Ask(method, out var range, ("If-Match", wanted), ("Range", "bytes=0-9"));

            Assert.Equal(status == 200 && method == "GET" ? 206 : status, response.StatusCode);
            Assert.Equal(status == 200 && method == "GET" ? "0-10" : null, Written(range));
            Assert.Equal(status == 412 ? MediaTypes.Never : MediaTypes.Immutable, response.Headers.CacheControl);
        }
    }

    [Theory]
    [InlineData("\"3e8\"", 206, "10-20")]
    [InlineData("W/\"3e8\"", 200, "0-1000")]
    [InlineData("\"other\"", 200, "0-1000")]
    [InlineData("*", 200, "0-1000")]
    [InlineData("Sun, 06 Nov 1994 08:49:37 GMT", 200, "0-1000")]
    public void IfRange_NotTheSame_GivesAll(string known, int status, string sent)
    {
        var response = Ask("GET", out var range, ("Range", "bytes=10-19"), ("If-Range", known));

        Assert.Equal((status, sent), (response.StatusCode, Written(range)));
        Assert.Equal(status == 206 ? "bytes 10-19/1000" : "", response.Headers.ContentRange.ToString());
    }

    [Theory]
    [InlineData("\"3e8\"", 416)]
    [InlineData("\"other\"", 200)]
    public void IfRange_RangePastTheEnd_IsRefusedOnlyWhereItIsHeeded(string known, int status) =>
        Assert.Equal(status, Ask("GET", out _, ("Range", "bytes=1000-"), ("If-Range", known)).StatusCode);

    [Fact]
    public void IfRange_WithoutARange_OrOfHead_IsIgnored()
    {
        Assert.Equal(200, Ask("GET", out _, ("If-Range", Tag)).StatusCode);
        Assert.Equal(200, Ask("HEAD", out _, ("If-Range", Tag), ("Range", "bytes=0-9")).StatusCode);
    }

    [Theory]
    [InlineData("\"3e8\"", "bytes=0-9", 304)]
    [InlineData("\"other\"", "bytes=0-9", 206)]
    [InlineData("\"3e8\"", "bytes=1000-", 304)]
    [InlineData("\"other\"", "bytes=1000-", 416)]
    public void IfNoneMatch_ComesBeforeTheRange(string known, string range, int status) =>
        Assert.Equal(status, Ask("GET", out _, ("Range", range), ("If-None-Match", known), ("If-Range", Tag)).StatusCode);

    [Theory]
    [InlineData("\"other\"", "\"3e8\"", 412)]
    [InlineData("\"3e8\"", "\"3e8\"", 304)]
    [InlineData("\"3e8\"", "\"other\"", 200)]
    public void IfMatch_ComesBeforeIfNoneMatch(string wanted, string known, int status) =>
        Assert.Equal(status, Ask("GET", out _, ("If-Match", wanted), ("If-None-Match", known)).StatusCode);

    [Theory]
    [InlineData("If-Modified-Since")]
    [InlineData("If-Unmodified-Since")]
    public void Dates_AreIgnored(string condition) =>
        Assert.Equal(200, Ask("GET", out _, (condition, "Sun, 06 Nov 1994 08:49:37 GMT")).StatusCode);

    [Fact]
    public void WhatMayChange_HasNoTag_AndNoConditions()
    {
        var response = Ask(
            "GET", out var range, MediaTypes.Live, ("If-None-Match", "*"), ("If-Range", Tag), ("Range", "bytes=0-9"));

        Assert.Equal((200, "0-1000"), (response.StatusCode, Written(range)));
        Assert.Empty(response.Headers.ETag.ToString());
    }

    private static HttpResponse Ask(string method, out ByteRange? range, params (string Name, string Value)[] headers) =>
        Ask(method, out range, MediaTypes.Immutable, headers);

    private static HttpResponse Ask(
        string method, out ByteRange? range, string cacheControl, params (string Name, string Value)[] headers)
    {
        var context = new DefaultHttpContext { Request = { Method = method } };
        foreach (var (name, value) in headers)
        {
            context.Request.Headers[name] = value;
        }

        range = ByteRange.Begin(context, 1000, MediaTypes.VideoMp4, cacheControl);
        return context.Response;
    }

    private static string? Written(ByteRange? range) => range is { } sent ? $"{sent.From}-{sent.To}" : null;
}
