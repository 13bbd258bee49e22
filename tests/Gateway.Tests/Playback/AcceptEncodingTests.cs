using System.Text;
using Microsoft.Extensions.Primitives;
using Streaming.Gateway.Playback;

namespace Streaming.Gateway.Tests.Playback;

/// <summary>Which coding a manifest gets. RFC 9110 §12.5.3.</summary>
public sealed class AcceptEncodingTests
{
    [Theory]
    [InlineData("", "Identity")]
    [InlineData("identity", "Identity")]
    [InlineData("gzip", "Gzip")]
    [InlineData("x-gzip", "Gzip")]
    [InlineData("GZip", "Gzip")]
    [InlineData("gzip, deflate", "Gzip")]
    [InlineData("gzip, deflate, br, zstd", "Brotli")]
    [InlineData("br;q=0.5, gzip", "Gzip")]
    [InlineData("br ; q=0.5 ,gzip;q=0.4", "Brotli")]
    [InlineData("br;q=0", "Identity")]
    [InlineData("br;q=0, gzip", "Gzip")]
    [InlineData("br;q=0.000,gzip;q=0.0", "Identity")]
    [InlineData("*", "Brotli")]
    [InlineData("*;q=0", "Identity")]
    [InlineData("*, br;q=0", "Gzip")]
    [InlineData("br, *;q=0", "Brotli")]
    [InlineData("identity;q=1, gzip;q=0.5", "Identity")]
    [InlineData("identity;q=0.5, gzip;q=0.5", "Gzip")]
    [InlineData("identity;q=0", "Identity")]
    [InlineData("identity;q=0, gzip", "Gzip")]
    [InlineData("deflate, zstd, brotli, gzipped", "Identity")]
    [InlineData("gzip;q=, br;q=x, *;level=9", "Identity")]
    [InlineData(",, ,;,gzip,", "Gzip")]
    public void Choose_OfAcceptEncoding_GivesThePreferredCoding(string header, string coding) =>
        Assert.Equal(coding, AcceptEncoding.Choose(new StringValues(header)).ToString());

    [Fact]
    public void Choose_OfSeveralHeaders_ReadsThemAsOne() =>
        Assert.Equal(ContentCoding.Gzip, AcceptEncoding.Choose(new StringValues(["br;q=0.1", "gzip"])));

    [Fact]
    public void Choose_WithoutHeader_GivesIdentity() => Assert.Equal(ContentCoding.Identity, AcceptEncoding.Choose(default));

    [Theory]
    [InlineData("Gzip")]
    [InlineData("Brotli")]
    public void Manifest_ThatCompressionMakesLonger_StaysAsItIs(string coding)
    {
        var manifest = new ManifestBytes(Encoding.ASCII.GetBytes("#EXTM3U\n"));
        var (chosen, bytes) = manifest.In(Enum.Parse<ContentCoding>(coding));
        Assert.Equal((ContentCoding.Identity, manifest.Plain), (chosen, bytes));
    }
}
