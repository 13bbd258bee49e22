namespace Streaming.Gateway.Tests.Architecture;

/// <summary>Circles are found by their arrows, each once. Folders are letters, arrows two of them.</summary>
public sealed class CircleTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("ab bc ac", "")]
    [InlineData("ab ba", "a → b → a")]
    [InlineData("ba ab cb", "a → b → a")]
    [InlineData("ab bc cd da", "a → b → c → d → a")]
    [InlineData("ab bc ca ba", "a → b → a, a → b → c → a")]
    [InlineData("ab ba cd dc bc", "a → b → a, c → d → c")]
    [InlineData("ab bc ca xa cy", "a → b → c → a")]
    public void In_Arrows_AreTheShortestCirclesOfEach(string arrows, string circles) => Assert.Equal(
        circles,
        string.Join(", ", Circle.In(arrows.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(arrow => ($"{arrow[0]}", $"{arrow[1]}")))));
}
