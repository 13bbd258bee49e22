using Streaming.Gateway.Configuration;

namespace Streaming.Gateway.Tests.Configuration;

/// <summary>Traces go where they are told to, or beside the metrics.</summary>
public sealed class TracesOptionsTests
{
    [Theory]
    [InlineData(null, null, null)]
    [InlineData("http://collector:4318/v1/metrics", null, "http://collector:4318/v1/traces")]
    [InlineData("https://watch.example/otlp/v1/metrics", "", "https://watch.example/otlp/v1/traces")]
    [InlineData("http://collector:4318/else", null, null)]
    [InlineData("http://collector:4318/v1/metrics", "none", null)]
    [InlineData("http://collector:4318/v1/metrics", "http://other:4318/v1/traces", "http://other:4318/v1/traces")]
    [InlineData(null, "http://other:4318/v1/traces", "http://other:4318/v1/traces")]
    public void Address_FollowsFromBothSettings(string? metrics, string? traces, string? expected) => Assert.Equal(
        expected, new TracesOptions { Otlp = traces }.AddressBeside(new MetricsOptions { Otlp = metrics })?.ToString());
}
