using System.Reflection;
using System.Reflection.Emit;

namespace Streaming.Gateway.Tests.Architecture;

/// <summary>All types that a type names: in what it is, in its members, in their bodies, and in attributes.</summary>
internal static class TypeUses
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<short, OpCode> OpCodesByValue = typeof(OpCodes)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(static field => (OpCode)field.GetValue(null)!)
        .ToDictionary(static opCode => opCode.Value);

    public static IEnumerable<Type> Of(Type type)
    {
        var uses = new HashSet<Type>();
        Add(uses, type.BaseType);
        Add(uses, type.GetInterfaces());
        AddConstraints(uses, type.IsGenericTypeDefinition ? type.GetGenericArguments() : []);
        AddAttributes(uses, type.CustomAttributes);
        foreach (var field in type.GetFields(Declared))
        {
            Add(uses, field.FieldType);
            AddAttributes(uses, field.CustomAttributes);
        }

        foreach (var property in type.GetProperties(Declared))
        {
            AddAttributes(uses, property.CustomAttributes);
        }

        foreach (var method in type.GetMembers(Declared).OfType<MethodBase>())
        {
            AddMethod(uses, method);
        }

        return uses;
    }

    private static void AddMethod(HashSet<Type> uses, MethodBase method)
    {
        AddAttributes(uses, method.CustomAttributes);
        AddConstraints(uses, method.IsGenericMethodDefinition ? method.GetGenericArguments() : []);
        Add(uses, (method as MethodInfo)?.ReturnType);
        foreach (var parameter in method.GetParameters())
        {
            Add(uses, parameter.ParameterType);
            AddAttributes(uses, parameter.CustomAttributes);
        }

        if (method.GetMethodBody() is { } body)
        {
            Add(uses, body.LocalVariables.Select(static local => local.LocalType));
            Add(uses, body.ExceptionHandlingClauses
                .Where(static clause => clause.Flags == ExceptionHandlingClauseOptions.Clause)
                .Select(static clause => clause.CatchType));
            AddCode(uses, method, body.GetILAsByteArray()!);
        }
    }

    /// <summary>Goes through the instructions; those whose operand is a token name a type or a member.</summary>
    private static void AddCode(HashSet<Type> uses, MethodBase method, ReadOnlySpan<byte> code)
    {
        var ofType = method.DeclaringType!.IsGenericType ? method.DeclaringType.GetGenericArguments() : null;
        var ofMethod = method.IsGenericMethod ? method.GetGenericArguments() : null;
        while (!code.IsEmpty)
        {
            var opCode = OpCodesByValue[code[0] == 0xFE ? (short)(0xFE00 | code[1]) : code[0]];
            code = code[opCode.Size..];
            if (opCode.OperandType is OperandType.InlineTok or OperandType.InlineType or OperandType.InlineMethod or OperandType.InlineField)
            {
                AddMember(uses, method.Module.ResolveMember(BitConverter.ToInt32(code), ofType, ofMethod)!);
            }

            code = code[OperandLength(opCode.OperandType, code)..];
        }
    }

    private static void AddMember(HashSet<Type> uses, MemberInfo member)
    {
        Add(uses, member as Type ?? member.DeclaringType);
        Add(uses, (member as FieldInfo)?.FieldType);
        if (member is MethodBase { IsGenericMethod: true } method)
        {
            Add(uses, method.GetGenericArguments());
        }
    }

    private static int OperandLength(OperandType type, ReadOnlySpan<byte> code) => type switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(code)),
        _ => 4,
    };

    private static void AddConstraints(HashSet<Type> uses, Type[] parameters) =>
        Add(uses, parameters.SelectMany(static parameter => parameter.GetGenericParameterConstraints()));

    private static void AddAttributes(HashSet<Type> uses, IEnumerable<CustomAttributeData> attributes)
    {
        foreach (var attribute in attributes)
        {
            Add(uses, attribute.AttributeType);
            Add(uses, attribute.ConstructorArguments.Select(static argument => argument.Value).OfType<Type>());
        }
    }

    private static void Add(HashSet<Type> uses, IEnumerable<Type?> types)
    {
        foreach (var type in types)
        {
            Add(uses, type);
        }
    }

    private static void Add(HashSet<Type> uses, Type? type)
    {
        while (type is { HasElementType: true })
        {
            type = type.GetElementType();
        }

        if (type is null or { IsGenericParameter: true })
        {
            return;
        }

        if (type.IsConstructedGenericType)
        {
            Add(uses, type.GetGenericArguments());
            type = type.GetGenericTypeDefinition();
        }

        uses.Add(type);
    }
}
