using System.Runtime.CompilerServices;
using Bnn.Generator.Compiler;
using Bnn.Model;
using Bnn.Runtime.Tests;
using Xunit.Abstractions;

namespace Bnn.Generator.Tests;

/// <summary>Times of generating, compiling and first use, where BNN_TIMES is set; a report, which no machine fails.</summary>
public class CompileTimeReport(ITestOutputHelper output)
{
    private static readonly (string Name, Func<string> Text)[] s_models =
    [
        ("fashion-mlp", () => Repository.Read("sample-app/models/fashion-mlp.bnn")),
        ("fashion-mlp-pruned", () => Repository.Read("sample-app/models/fashion-mlp-pruned.bnn")),
        ("fashion-conv", () => Repository.Read("sample-app/models/fashion-conv.bnn")),
        ("optdigits", () => Repository.Read("sample-app/models/optdigits.bnn")),
        ("NIN in full width", () => BnnWriter.Write(Models.Nin())),
    ];

    [TimesFact]
    public void Generating_compiling_and_building_tables()
    {
        foreach ((string name, Func<string> read) in s_models)
        {
            string text = read();
            double generating = 0, compiling = 0, tables = 0;
            // The first round warms the compiler and the kernels up, as other models of a project do.
            for (int round = 0; round < 2; round++)
            {
                generating = Time(() => BnnCompiler.Compile(new("test.bnn", text, new())));
                CompiledProject? project = null;
                compiling = Time(() => project = Drivers.Compile(Drivers.Project(), new(("RootNamespace", "Models")), new InMemoryFile("test.bnn", text))) - generating;
                Type[] types = [.. project!.Load().GetTypes().Where(type => type.TypeInitializer is not null)];
                tables = Time(() => Array.ForEach(types, type => RuntimeHelpers.RunClassConstructor(type.TypeHandle)));
            }
            output.WriteLine(FormattableString.Invariant($"{name}: generating {generating:F0} ms, compiling {compiling:F0} ms, tables at first use {tables:F1} ms of processor time"));
        }
    }

    // Milliseconds of processor time.
    private static double Time(Action action)
    {
        TimeSpan from = Environment.CpuUsage.TotalTime;
        action();
        return (Environment.CpuUsage.TotalTime - from).TotalMilliseconds;
    }
}

/// <summary>Runs only where BNN_TIMES is set.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class TimesFactAttribute : FactAttribute
{
    public TimesFactAttribute()
    {
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable("BNN_TIMES")))
            Skip = "a report, wanted where BNN_TIMES is set";
    }
}
