using Streaming.Gateway.Playback;

namespace Streaming.Gateway.Recordings;

/// <summary>Counts the answers of an endpoint of playback.</summary>
internal static class CountedAnswers
{
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="kind">What it is asked for; null where the file's name says it.</param>
    public static void Counted(this RouteHandlerBuilder endpoint, AnswerKind? kind = null) => endpoint.AddEndpointFilterFactory((_, next) =>
        async invocation =>
        {
            var context = invocation.HttpContext;
            return await next(invocation) is IResult answer
                ? new CountedAnswer(kind ?? AnswerKinds.OfFile(context.GetRouteValue("name") as string), answer)
                : null;
        });

    private sealed class CountedAnswer(AnswerKind kind, IResult answer) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext) =>
            httpContext.RequestServices.GetRequiredService<PlaybackInstruments>().Recorded.ExecuteAsync(kind, answer, httpContext);
    }
}
